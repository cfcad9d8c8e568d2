"""The packet filter: which rule a packet meets at a hook, and what that does (net/netfilter/core.c)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lvsc.state import Act, Chain, FilterRule, Hook, HostState
from lvsc.walk.trace import Fact, FactKind
from lvsc.words import Address, host_network

if TYPE_CHECKING:
    from lvsc.walk.skb import Skb

_TRACKING = frozenset({Act.MASQUERADE, Act.SNAT, Act.DNAT})
_NUMBERS = {
    "1": "icmp", "4": "ipip", "6": "tcp", "17": "udp", "41": "ipv6", "47": "gre", "58": "icmpv6", "132": "sctp",
    "ipencap": "ipip",
}  # fmt: skip
MANGLE = -150


class Met(NamedTuple):
    """The rule that ended a chain, and the chain."""

    act: Act
    rule: FilterRule | None
    chain: Chain

    @property
    def fact(self) -> Fact:
        """The rule as a fact of the host."""
        return Fact(FactKind.FILTER, describe(self.chain, self.rule))


@dataclass(frozen=True, slots=True)
class Arp:
    """An ARP message: who asks (or answers) for whom."""

    request: bool
    sender: Address
    target: Address
    sender_mac: str
    probe: bool = False


class Filters:
    """The chains of a host by hook, marks of services among them, in the order of their priorities."""

    def __init__(self, state: HostState) -> None:
        chains = [*state.chains, *_marks(state)]
        ip = [chain for chain in chains if chain.family != "arp"]
        self.chains = {hook: sorted((c for c in ip if c.hook is hook), key=lambda c: c.priority) for hook in Hook}
        self.arp = [chain for chain in chains if chain.family == "arp"]
        rules = [rule for chain in ip for rule in chain.rules]
        self.maps = any(chain.nat for chain in ip)
        self.tracks = any(rule.states or rule.act in _TRACKING for rule in rules)

    def meet(self, chain: Chain, skb: Skb, device_in: str | None, device_out: str | None) -> Met | None:
        """The verdict of one chain on a packet; MARK and NOTRACK are carried out, and the chain goes on."""
        if chain.family != "inet" and chain.family != ("ip" if skb.packet.version == 4 else "ip6"):
            return None
        for rule in chain.rules:
            if not matches(rule, skb, device_in, device_out):
                continue
            if rule.unmodelled or rule.act not in (Act.MARK, Act.NOTRACK, Act.COUNT):
                return Met(rule.act, rule, chain)
            if rule.act is Act.MARK:
                skb.mark = rule.set_mark
            elif rule.act is Act.NOTRACK:
                skb.untracked = True
        return Met(Act.DROP, None, chain) if chain.drop else None

    def meet_arp(self, hook: Hook, message: Arp) -> tuple[Met | None, Arp]:
        """The verdict of the ARP chains, and the message as they leave it."""
        for chain in self.arp:
            if chain.hook is not hook:
                continue
            for rule in chain.rules:
                if not _matches_arp(rule, message):
                    continue
                if rule.act is Act.SET_SENDER and rule.to is not None:
                    message = Arp(message.request, rule.to, message.target, message.sender_mac)
                elif rule.act is Act.DROP or rule.unmodelled:
                    return Met(rule.act, rule, chain), message
                elif rule.act is Act.ACCEPT:
                    break
        return None, message


def _marks(state: HostState) -> Iterator[Chain]:
    """The marks of services as the chain that sets them."""
    rules = tuple(
        FilterRule(
            Act.MARK,
            protocol=mark.protocol.value,
            destination=host_network(mark.address),
            ports=() if mark.ports == ((0, 0),) else mark.ports,
            set_mark=mark.mark,
        )
        for mark in state.marks
    )
    if rules:
        yield Chain("inet", Hook.PREROUTING, MANGLE, rules)


def matches(rule: FilterRule, skb: Skb, device_in: str | None, device_out: str | None) -> bool:
    """Whether a rule is for this packet."""
    packet, negated = skb.packet, rule.negated
    checks: tuple[tuple[str, bool, Callable[[], bool]], ...] = (
        (
            "protocol",
            rule.protocol is not None,
            lambda: _protocol(rule.protocol) == _said(packet.protocol, packet.version),
        ),
        ("source", rule.source is not None, lambda: packet.src in rule.source),  # type: ignore[operator]
        ("destination", rule.destination is not None, lambda: packet.dst in rule.destination),  # type: ignore[operator]
        ("source_ports", bool(rule.source_ports), lambda: _within(packet.sport, rule.source_ports)),
        ("ports", bool(rule.ports), lambda: _within(packet.dport, rule.ports)),
        ("device_in", rule.device_in is not None, lambda: _named(rule.device_in, device_in)),
        ("device_out", rule.device_out is not None, lambda: _named(rule.device_out, device_out)),
        ("states", bool(rule.states), lambda: skb.ct_state in rule.states),
        ("syn", rule.syn is not None, lambda: (packet.what.value == "SYN") is rule.syn),
        ("mark", rule.mark is not None, lambda: skb.mark == rule.mark),
        ("mac", rule.mac is not None, lambda: (skb.mac or "") == (rule.mac or "").lower()),
        ("ipvs", rule.ipvs is not None, lambda: _of_service(rule, skb)),
    )
    return all(test() is not (name in negated) for name, stated, test in checks if stated)


def _of_service(rule: FilterRule, skb: Skb) -> bool:
    """net/netfilter/xt_ipvs.c: the packet's connection is of this virtual service."""
    entry = skb.entry
    assert rule.ipvs is not None
    return entry is not None and entry.vip == rule.ipvs[0] and rule.ipvs[1] in (0, entry.vport)


def _protocol(name: str | None) -> str:
    return _NUMBERS.get(name or "", name or "")


def _said(protocol: str, version: int) -> str:
    return "icmpv6" if protocol == "icmp" and version == 6 else protocol


def _within(port: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= port <= high for low, high in ranges)


def _named(pattern: str | None, device: str | None) -> bool:
    """A device by name, or by its start (`eth+`, `eth*`)."""
    if pattern is None or device is None:
        return False
    return device.startswith(pattern[:-1]) if pattern[-1:] in ("+", "*") else device == pattern


def _matches_arp(rule: FilterRule, message: Arp) -> bool:
    return (rule.sender is None or (rule.sender == message.sender) is ("sender" not in rule.negated)) and (
        rule.target is None or (rule.target == message.target) is ("target" not in rule.negated)
    )


def describe(chain: Chain, rule: FilterRule | None) -> str:
    """A rule in a few words."""
    where = f"{chain.hook.value} (priority {chain.priority})"
    if rule is None:
        return f"{where} policy drop"
    if rule.unmodelled:
        return f"{where}: {rule.unmodelled}"
    words = [
        *([rule.protocol] if rule.protocol else []),
        *([f"from {rule.source}"] if rule.source else []),
        *([f"to {rule.destination}"] if rule.destination else []),
        *([f"port {low}" if low == high else f"ports {low}-{high}" for low, high in rule.ports]),
        *([f"in {rule.device_in}"] if rule.device_in else []),
        *([f"out {rule.device_out}"] if rule.device_out else []),
        *([f"state {','.join(sorted(rule.states))}"] if rule.states else []),
        rule.act.value,
    ]
    return f"{where}: {' '.join(words)}"
