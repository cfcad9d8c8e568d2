"""The tests of a topology: what its owner wants to stay true."""

from lvsc.verify.case import Case, Result, cases
from lvsc.verify.walked import walked

__all__ = ["Case", "Result", "cases", "walked"]
