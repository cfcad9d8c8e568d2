"""Kernel settings: the numbers below /proc/sys."""

from __future__ import annotations

from pathlib import Path

from lvsc.finding import LvscError
from lvsc.words import sysctl_name

_ROOT = Path("/proc/sys")


def read(path: str) -> int | None:
    """The first number of a setting; None where there is no such setting, or it holds no number."""
    try:
        return int((_ROOT / path).read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def write(path: str, number: int) -> None:
    """Set it. Raises LvscError when the kernel refuses."""
    try:
        (_ROOT / path).write_text(f"{number}\n", encoding="ascii")
    except FileNotFoundError as error:
        raise LvscError(
            f"this kernel has no setting {sysctl_name(path)}", "load the module or device it is of"
        ) from error
    except OSError as error:
        raise LvscError(f"the kernel does not take {number} for {sysctl_name(path)}: {error.strerror}") from error


def forwarding() -> list[str]:
    """What every device says of IPv4 forwarding, and `default`."""
    folders = sorted((_ROOT / "net/ipv4/conf").iterdir())
    return [f"net/ipv4/conf/{folder.name}/forwarding" for folder in folders if folder.name != "all"]


def below(pattern: str) -> list[str]:
    """The settings that a pattern of pathlib finds, sorted."""
    return sorted(str(path.relative_to(_ROOT)) for path in _ROOT.glob(pattern) if path.is_file())
