"""The topology into the HostState of every host."""

from lvsc.lower.site import lower

__all__ = ["lower"]
