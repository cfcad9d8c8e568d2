"""A recorded packet filter as an nftables ruleset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.finding import LvscError
from lvsc.state import Act, Chain, FilterRule


def ruleset(chains: Iterable[Chain]) -> str:
    """A table for each chain."""
    return "".join(_table(number, chain) for number, chain in enumerate(chains))


def _table(number: int, chain: Chain) -> str:
    kind = "nat" if chain.nat else "filter"
    head = (
        f"type {kind} hook {chain.hook.value} priority {chain.priority}; policy {'drop' if chain.drop else 'accept'};"
    )
    rules = "".join(f"\t\t{_rule(rule)}\n" for rule in chain.rules)
    return f"table {chain.family} lvsc{number} {{\n\tchain c {{\n\t\t{head}\n{rules}\t}}\n}}\n"


def _rule(rule: FilterRule) -> str:
    if rule.ipvs is not None:
        raise LvscError("nftables has no match for virtual services: use the chains of iptables")
    return " ".join([*_matches(rule), _act(rule)])


def _matches(rule: FilterRule) -> Iterator[str]:
    def sign(field: str) -> str:
        return "!= " if field in rule.negated else ""

    if rule.protocol is not None:
        yield f"meta l4proto {sign('protocol')}{rule.protocol}"
    for field, word in (("source", "saddr"), ("destination", "daddr")):
        network = getattr(rule, field)
        if network is not None:
            yield f"{'ip6' if network.version == 6 else 'ip'} {word} {sign(field)}{network}"
    for field, word in (("source_ports", "sport"), ("ports", "dport")):
        if getattr(rule, field):
            yield f"th {word} {sign(field)}{_ports(getattr(rule, field))}"
    for field, word in (("device_in", "iifname"), ("device_out", "oifname")):
        if getattr(rule, field) is not None:
            yield f'{word} {sign(field)}"{getattr(rule, field)}"'
    if rule.syn is not None:
        opens = rule.syn != ("syn" in rule.negated)
        yield f"tcp flags & (fin|syn|rst|ack) {'==' if opens else '!='} syn"
    if rule.states:
        yield f"ct state {sign('states')}{{ {', '.join(sorted(rule.states))} }}"
    if rule.mark is not None:
        yield f"meta mark {sign('mark')}{rule.mark}"
    if rule.mac is not None:
        yield f"ether saddr {sign('mac')}{rule.mac}"
    for field, word in (("sender", "saddr"), ("target", "daddr")):
        if getattr(rule, field) is not None:
            yield f"arp {word} ip {sign(field)}{getattr(rule, field)}"


def _ports(ports: tuple[tuple[int, int], ...]) -> str:
    return f"{{ {', '.join(str(low) if low == high else f'{low}-{high}' for low, high in ports)} }}"


def _act(rule: FilterRule) -> str:
    return {
        Act.ACCEPT: "accept",
        Act.DROP: "drop",
        Act.REJECT: "reject",
        Act.MARK: f"meta mark set {rule.set_mark}",
        Act.NOTRACK: "notrack",
        Act.MASQUERADE: "masquerade",
        Act.SNAT: f"snat to {rule.to}",
        Act.DNAT: f"dnat to {rule.to}",
        Act.SET_SENDER: f"arp saddr ip set {rule.to}",
        Act.COUNT: "counter",
    }[rule.act]
