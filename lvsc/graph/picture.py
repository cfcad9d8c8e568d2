"""The picture of a cluster as plain data, shared by all drawings.

Everything a topology can repeat without end is folded by `picture_plan`, so
that a picture stays small. Texts are the user's and may be hostile: each
drawing writes ids of its own and escapes every text.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from lvsc.words import ForwardingMethod


class NodeKind(enum.Enum):
    """What a node stands for."""

    CLIENT = "client"
    ROUTER = "router"
    NETWORK = "network"
    DIRECTOR = "director"
    VIP = "vip"
    SERVICES = "services"
    REAL_SERVER = "real-server"


class EdgeKind(enum.Enum):
    """How two nodes belong together: plugged in, holder of a VIP, VIP of services, services to real servers."""

    ATTACHED = "attached"
    HOLDS = "holds"
    SERVES = "serves"
    FORWARDS = "forwards"


class GroupKind(enum.Enum):
    """Directors with their VIPs and services, or the real servers on the same networks."""

    DIRECTORS = "directors"
    REAL_SERVERS = "real-servers"


class Line(NamedTuple):
    """A line of a label: its text, and a detail set apart from it."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A box; `count` hosts, VIPs or services are in it, `faint` is a standby, `column` counts from the clients."""

    id: str
    kind: NodeKind
    title: str
    column: int
    caption: str = ""
    lines: tuple[Line, ...] = ()
    faint: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two nodes or groups, by id; `mode` is that of FORWARDS, `faint` is used on standby."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""
    mode: ForwardingMethod | None = None
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around nodes; `lines` are below its label."""

    id: str
    kind: GroupKind
    label: str
    members: tuple[str, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A cluster ready to be drawn."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()


MODE_WORDS = {
    ForwardingMethod.DR: "direct routing",
    ForwardingMethod.NAT: "NAT",
    ForwardingMethod.TUN: "tunnel",
}


def plain(text: str, limit: int = 80) -> str:
    """A text on one line, without control characters and of bounded length."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    return kept if len(kept) <= limit else f"{kept[: limit - 1]}…"
