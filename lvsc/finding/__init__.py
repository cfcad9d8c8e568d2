"""What lvsc says about a user's file, and the one error for the world's faults."""

from lvsc.finding.fault import LvscError, Refused
from lvsc.finding.finding import Finding, Note, Severity, Step, nearest
from lvsc.finding.fix import Cut, Drop, Edit, Fix, Put

__all__ = [
    "Cut",
    "Drop",
    "Edit",
    "Finding",
    "Fix",
    "LvscError",
    "Note",
    "Put",
    "Refused",
    "Severity",
    "Step",
    "nearest",
]
