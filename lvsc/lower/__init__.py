"""The topology into the HostState of every host."""

from lvsc.lower.recorded import as_recorded
from lvsc.lower.site import lower

__all__ = ["as_recorded", "lower"]
