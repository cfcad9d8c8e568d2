"""Which format a file has: by what it says, else by its name."""

from __future__ import annotations

import enum
import posixpath
import re


class Format(enum.Enum):
    """A format that lvsc reads."""

    TOPOLOGY = "topology"
    KEEPALIVED = "keepalived"
    LDIRECTORD = "ldirectord"
    IPVSADM = "ipvsadm"
    STATE = "state"


_LOOKED_AT = 256 << 10
_SIGNS: dict[Format, re.Pattern[bytes]] = {
    Format.TOPOLOGY: re.compile(rb"^lvsc\s*:", re.M),
    Format.KEEPALIVED: re.compile(
        rb"^[ \t]*(?:@\^?\S+[ \t]+)?"
        rb"(?:global_defs|vrrp_\w+|virtual_server(?:_group)?|real_server|static_\w+|include\w?)\b(?!\s*[:=])",
        re.M,
    ),
    Format.LDIRECTORD: re.compile(
        rb"^[ \t]*(?:virtual6?|real6?|checktimeout|checkinterval|quiescent|checktype|fallback)[ \t]*=", re.M
    ),
    Format.IPVSADM: re.compile(rb"^[ \t]*(?:\S*ipvsadm[ \t]+)?(?:-[AaE]|--add-s\w+)[ \t]+-", re.M),
}
_NAMES = (
    (Format.TOPOLOGY, (".yaml", ".yml")),
    (Format.LDIRECTORD, (".cf",)),
    (Format.KEEPALIVED, (".conf",)),
    (Format.IPVSADM, (".rules", ".ipvs", ".ipvsadm")),
)


def detect(name: str, data: bytes) -> Format | None:
    """The format of a file; None where nothing tells."""
    if name.endswith((".yaml", ".yml")):
        return Format.TOPOLOGY
    start = data[:_LOOKED_AT]
    counts = {format_: len(sign.findall(start)) for format_, sign in _SIGNS.items()}
    best = max(counts, key=lambda each: counts[each])
    if counts[best]:
        return best
    base = posixpath.basename(name)
    return next((format_ for format_, ends in _NAMES if base.endswith(ends)), None)
