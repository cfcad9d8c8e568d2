"""Fixes applied to the text of a topology: comments and layout stay, and the result is read again to prove it."""

from lvsc.fix.prove import apply_edits

__all__ = ["apply_edits"]
