"""A case as a scene of the guest: its recorded hosts, and its asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lvsc.lab import raw
from lvsc.lab.raw_firewall import needs_nft
from lvsc.lab.scene import segments
from lvsc.state import Act, Ask, Case, Hosts, HostState, LinkKind

_LIMIT, _PAUSE = 1.0, 0.05
_LINKS = {LinkKind.VLAN: "8021q", LinkKind.MACVLAN: "macvlan"}
_FILTER = (
    *(f"{family}table_{table}" for family in ("ip", "ip6") for table in ("filter", "mangle", "nat", "raw")),
    "xt_conntrack", "xt_mark", "xt_mac", "xt_multiport", "xt_ipvs", "xt_MASQUERADE", "xt_nat", "xt_tcpudp", "xt_CT",
)  # fmt: skip
_REJECT = ("ipt_REJECT", "ip6t_REJECT")


def case_needs_nft(case: Case) -> bool:
    """Whether a host filters in a way that user-mode Linux cannot."""
    return any(map(needs_nft, case.hosts.values()))


def case_modules(cases: Iterable[Case]) -> tuple[str, ...]:
    """The kernel modules that the hosts of the cases need."""
    found: dict[str, None] = {}
    for case in cases:
        for host in case.hosts.values():
            found.update(dict.fromkeys(service.scheduler.module for service in host.ipvs))
            found.update(dict.fromkeys(_LINKS[link.kind] for link in host.links if link.kind in _LINKS))
            if host.chains or host.marks:
                found.update(dict.fromkeys(_FILTER))
            if any(rule.act is Act.REJECT for chain in host.chains for rule in chain.rules):
                found.update(dict.fromkeys(_REJECT))
    return tuple(found)


def case_json(case: Case, index: int, quick: bool = False) -> dict[str, Any]:
    """The case as the guest reads it."""
    return {
        "name": case.name,
        "index": index,
        "quick": quick,
        "segments": list(segments(case.hosts, attached(case))),
        "moving": {},
        "directors": [name for name, host in case.hosts.items() if host.ipvs],
        "hosts": {name: raw.host(host) for name, host in sorted(case.hosts.items(), key=_checks)},
        "asks": [_ask(ask, case.hosts) for ask in case.asks],
    }


def attached(case: Case) -> list[str]:
    """Its hosts in the order of attaching: a bridge floods its newest port first."""
    return [name for name in case.hosts if name not in case.first] + list(reversed(case.first))


def _checks(named: tuple[str, HostState]) -> bool:
    """Hosts that look for duplicates of an address come last: what they find, and when, counts from the first ask."""
    return any(held.dad for held in named[1].addresses)


def _ask(ask: Ask, hosts: Hosts) -> dict[str, Any]:
    return {
        "origin": ask.origin,
        "address": str(ask.address),
        "port": ask.port,
        "protocol": ask.protocol.value,
        "connections": ask.connections,
        "source": str(ask.source) if ask.source else None,
        "request": ask.request,
        "response": ask.response,
        "exchanges": ask.exchanges,
        "limit": _LIMIT + 2 * _PAUSE * (ask.exchanges - 1),
        "entryless": any(service.one_packet for host in hosts.values() for service in host.ipvs),
        "before": list(_deeds(ask)),
    }


def _deeds(ask: Ask) -> Iterator[dict[str, Any]]:
    for each in ask.before:
        yield {
            "deed": each.deed.value,
            "host": each.host,
            "device": each.device,
            "address": str(each.address) if each.address else None,
            "seconds": each.seconds,
        }
