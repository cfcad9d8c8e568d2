"""The packet filter of a host, as far as lvsc follows it: chains at the kernel's hooks."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lvsc.words import Address, Network


class Hook(enum.Enum):
    """Where a chain sees packets (include/uapi/linux/netfilter.h)."""

    PREROUTING = "prerouting"
    INPUT = "input"
    FORWARD = "forward"
    OUTPUT = "output"
    POSTROUTING = "postrouting"


class Act(enum.Enum):
    """What a rule does with a packet that it matches."""

    ACCEPT = "accept"
    DROP = "drop"
    REJECT = "reject"
    MARK = "mark"
    NOTRACK = "notrack"
    MASQUERADE = "masquerade"
    SNAT = "snat"
    DNAT = "dnat"
    SET_SENDER = "set-sender"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class FilterRule:
    """A rule: what is None or empty matches everything.

    `protocol` is a name (tcp, udp, icmp, icmpv6) or a number as text.
    `states` are those of conntrack (new, established, related, invalid,
    untracked); `mac` is the sender's; `ipvs` a virtual service (address,
    port or 0) that the packet belongs to; `sender` and `target` the
    addresses in an ARP message. `negated` names the fields whose match is
    turned round. `mark` matches, `set_mark` and `to` are what MARK, SNAT,
    DNAT and SET_SENDER write. A rule with `unmodelled` text does something
    that lvsc does not follow: what reaches it has no verdict.
    """

    act: Act
    protocol: str | None = None
    source: Network | None = None
    destination: Network | None = None
    source_ports: tuple[tuple[int, int], ...] = ()
    ports: tuple[tuple[int, int], ...] = ()
    device_in: str | None = None
    device_out: str | None = None
    states: frozenset[str] = frozenset()
    syn: bool | None = None
    mark: int | None = None
    mac: str | None = None
    ipvs: tuple[Address, int] | None = None
    sender: Address | None = None
    target: Address | None = None
    negated: frozenset[str] = frozenset()
    set_mark: int = 0
    to: Address | None = None
    unmodelled: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """A base chain: `family` is ip, ip6, inet or arp; lower priorities see a packet first.

    `nat`: its rules see the first packet of a connection only.
    """

    family: str
    hook: Hook
    priority: int
    rules: tuple[FilterRule, ...]
    drop: bool = False
    nat: bool = False
