"""lvsc: a compiler and validator for the Linux Virtual Server (IPVS)."""

__version__ = "0.1.0"
