"""What lvsc says about a user's file, and the one error for the world's faults."""

from lvsc.finding.fault import LvscError
from lvsc.finding.finding import Finding, Note, Severity, Step, nearest

__all__ = ["Finding", "LvscError", "Note", "Severity", "Step", "nearest"]
