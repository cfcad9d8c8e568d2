"""The IPVS table over netlink, with the standard library only."""

from lvsc.kernel.ipvs.codec import Counts, Statistics
from lvsc.kernel.ipvs.refused import explain
from lvsc.kernel.ipvs.table import Refusal, Table

__all__ = ["Counts", "Refusal", "Statistics", "Table", "explain"]
