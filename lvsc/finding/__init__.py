"""What lvsc says about a user's file, and the one error for the world's faults."""

from lvsc.finding.fault import LvscError, Refused
from lvsc.finding.finding import Finding, Note, Severity, nearest

__all__ = ["Finding", "LvscError", "Note", "Refused", "Severity", "nearest"]
