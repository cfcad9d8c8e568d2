"""The marks of services as chains of the packet filter."""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.state.firewall import Act, Chain, FilterRule, Hook
from lvsc.state.host import HostState
from lvsc.state.net import MarkRule
from lvsc.words import host_network

MANGLE = -150


def chains(state: HostState) -> list[Chain]:
    """All chains of a host: its own, and one of each family that sets the marks of services."""
    return [*_marking(state), *state.chains]


def _marking(state: HostState) -> Iterator[Chain]:
    for version, family in ((4, "ip"), (6, "ip6")):
        rules = tuple(_rule(mark) for mark in state.marks if mark.address.version == version)
        if rules:
            yield Chain(family, Hook.PREROUTING, MANGLE, rules)


def _rule(mark: MarkRule) -> FilterRule:
    return FilterRule(
        Act.MARK,
        protocol=mark.protocol.value,
        destination=host_network(mark.address),
        ports=() if mark.ports == ((0, 0),) else mark.ports,
        set_mark=mark.mark,
    )
