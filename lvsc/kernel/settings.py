"""Kernel settings by their path below /proc/sys (`net/ipv4/ip_forward`), of this network namespace."""

from __future__ import annotations

from pathlib import Path

from lvsc.finding import LvscError
from lvsc.words import sysctl_name

_ROOT = Path("/proc/sys")


def read(path: str) -> int | None:
    """Its number; None where there is no such setting, or it is no number. Raises LvscError when it may not be read."""
    try:
        return int((_ROOT / path).read_text(encoding="ascii"))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return None
    except OSError as error:
        raise LvscError(f"cannot read {sysctl_name(path)}: {error.strerror}") from error


def write(path: str, number: int) -> None:
    """Set it. Raises LvscError where the kernel has no such setting, or refuses the number or the user."""
    name = sysctl_name(path)
    try:
        (_ROOT / path).write_text(f"{number}\n", encoding="ascii")
    except FileNotFoundError as error:
        raise LvscError(f"this kernel has no setting {name}", _load(path)) from error
    except PermissionError as error:
        raise LvscError(f"may not set {name} to {number}", "run as root, where /proc/sys may be written") from error
    except OSError as error:
        raise LvscError(f"cannot set {name} to {number}: {error.strerror}") from error


def _load(path: str) -> str:
    module = "ip_vs" if path.startswith("net/ipv4/vs/") else "nf_conntrack" if "/nf_conntrack" in path else ""
    return f"load what brings it: modprobe {module}" if module else "check its name, and that its device exists"


def forwarding() -> list[str]:
    """The IPv4 forwarding of every device: what writing ip_forward rewrites (net/ipv4/devinet.c)."""
    return below("net/ipv4/conf/*/forwarding")


def below(pattern: str) -> list[str]:
    """The settings that a pattern of pathlib finds, sorted."""
    return sorted(str(path.relative_to(_ROOT)) for path in _ROOT.glob(pattern) if path.is_file())
