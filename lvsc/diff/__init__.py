"""Two versions of a cluster compared: what changes, and what that does to traffic."""

from lvsc.diff.compare import Difference, compare
from lvsc.diff.connections import Cut
from lvsc.diff.failover import FailoverChange
from lvsc.diff.files import FileChange
from lvsc.diff.objects import ObjectChange, Value
from lvsc.diff.reloads import Reload
from lvsc.diff.risk import Risk
from lvsc.diff.side import Side
from lvsc.diff.traffic import Reach, TrafficChange

__all__ = [
    "Cut",
    "Difference",
    "FailoverChange",
    "FileChange",
    "ObjectChange",
    "Reach",
    "Reload",
    "Risk",
    "Side",
    "TrafficChange",
    "Value",
    "compare",
]
