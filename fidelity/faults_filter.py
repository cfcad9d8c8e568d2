"""Packet filters on directors and real servers, with and without holes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_network

from fidelity.draft import Draft, World
from lvsc.state import Act, Chain, FilterRule, Hook
from lvsc.words import ForwardingMethod, host_network

_NAMES = {4: "ip", 6: "ip6"}
_DISCOVERY = FilterRule(Act.ACCEPT, "icmpv6")


def _chain(made: World, host: Draft, hook: Hook, rules: list[FilterRule], drop: bool = True, priority: int = 0) -> None:
    # Without neighbour discovery nothing of IPv6 works.
    rules = [_DISCOVERY, *rules] if made.family == 6 and drop else rules
    host.chains.append(Chain(_NAMES[made.family], hook, priority, tuple(rules), drop))


def _service(made: World, **more: object) -> FilterRule:
    rule = FilterRule(Act.ACCEPT, made.protocol.value, ports=((made.port, made.port),))
    return replace(rule, **more)  # type: ignore[arg-type]


def _stateful(made: World, syn: bool) -> list[FilterRule]:
    new = _service(made, states=frozenset({"new"}))
    if syn and made.protocol.value == "tcp":
        new = replace(new, syn=True)
    return [
        FilterRule(Act.DROP, states=frozenset({"invalid"})),
        FilterRule(Act.ACCEPT, states=frozenset({"established", "related"})),
        new,
    ]


def director_input(made: World) -> bool:
    """What a director lets in."""
    host, dice = dice_host(made), made.dice
    what = dice.weighted(
        {"nothing": 15.0, "port": 30.0, "stateful": 25.0, "stateful without syn": 20.0, "source": 10.0}
    )
    rules = {
        "nothing": [], "port": [_service(made)], "stateful": _stateful(made, True),
        "stateful without syn": _stateful(made, False),
        "source": [_service(made, source=made.at("wan", 1).network)],
    }[what]  # fmt: skip
    _chain(made, host, Hook.INPUT, rules)
    if dice.chance(40):
        host.set("net.ipv4.vs.conntrack", 1)
    made.note(f"director input {what}")
    return True


def dice_host(made: World) -> Draft:
    """A director."""
    return made.dice.choice(made.directors)


def director_forward(made: World) -> bool:
    """What a director passes on."""
    host, dice = dice_host(made), made.dice
    what = dice.weighted({"nothing": 35.0, "established": 35.0, "inside": 30.0})
    inside = made.at("lan" if made.one_arm else "priv", 1).network
    rules = {
        "nothing": [],
        "established": [FilterRule(Act.ACCEPT, states=frozenset({"established", "related"}))],
        "inside": [FilterRule(Act.ACCEPT, source=inside)],
    }[what]
    _chain(made, host, Hook.FORWARD, rules)
    if dice.chance(40):
        host.set("net.ipv4.vs.conntrack", 1)
    made.note(f"director forward {what}")
    return True


def director_output(made: World) -> bool:
    """What a director sends."""
    rules = [_service(made)] if made.dice.chance(60) else []
    _chain(made, dice_host(made), Hook.OUTPUT, rules)
    made.note(f"director output {'port' if rules else 'nothing'}")
    return True


def server_input(made: World) -> bool:
    """What a real server lets in; what is wrapped passes before it is unwrapped, and again after."""
    dice = made.dice
    what = dice.weighted({"stateful": 40.0, "wrapped": 25.0, "reject": 15.0, "vip": 20.0})
    for host in dice.some(made.servers):
        if what == "stateful":
            rules = _stateful(made, True)
            if made.methods[host.name] is ForwardingMethod.TUN and dice.chance(70):
                rules.append(FilterRule(Act.ACCEPT, source=made.at("lan", 1).network))
            _chain(made, host, Hook.INPUT, rules)
        elif what == "wrapped":
            numbers = {"ipip": "4", "gre": "47", "gue": "17"}
            number = "41" if made.family == 6 else numbers[made.tunnel.value]
            _chain(made, host, Hook.INPUT, [FilterRule(Act.DROP, number)], drop=False)
        elif what == "reject":
            _chain(made, host, Hook.INPUT, [_service(made, act=Act.REJECT)], drop=False)
        else:
            _chain(
                made, host, Hook.INPUT, [_service(made, act=Act.DROP, destination=host_network(made.vip))], drop=False
            )
    made.note(f"server input {what}")
    return True


def untracked(made: World) -> bool:
    """Connection tracking is off for the service on a director."""
    rule = _service(made, act=Act.NOTRACK, destination=host_network(made.vip))
    _chain(made, dice_host(made), Hook.PREROUTING, [rule], drop=False, priority=-300)
    made.note("notrack")
    return True


def masquerade(made: World) -> bool:
    """A director that hides what it sends outside, as a gateway for the real servers would."""
    host, dice = dice_host(made), made.dice
    inside = made.at("lan" if made.one_arm else "priv", 1).network
    rule = FilterRule(Act.MASQUERADE, source=inside if dice.chance(60) else None, device_out="eth0")
    host.chains.append(Chain(_NAMES[made.family], Hook.POSTROUTING, 100, (rule,), nat=True))
    if dice.chance(40):
        host.set("net.ipv4.vs.conntrack", 1)
    made.note("masquerade")
    return True


def marks(made: World) -> bool:
    """The mark of a marked service is missing, for another port, or too late."""
    hosts = [host for host in made.directors if host.ipvs and host.ipvs[0].mark is not None]
    if not hosts:
        return False
    what = made.dice.weighted({"missing": 30.0, "port": 30.0, "input": 20.0, "source": 20.0})
    for host in hosts:
        for index, chain in enumerate(host.chains):
            if chain.priority == -150 and chain.hook is Hook.PREROUTING:
                host.chains[index] = _changed(made, chain, what)
    made.note(f"mark {what}")
    return True


def _changed(made: World, chain: Chain, what: str) -> Chain:
    if what == "missing":
        return replace(chain, rules=())
    if what == "input":
        return replace(chain, hook=Hook.INPUT)
    rule = chain.rules[0]
    if what == "port":
        return replace(chain, rules=(replace(rule, ports=((8080, 8080),)),))
    wide = ip_network("198.51.100.0/24") if made.family == 4 else made.at("wan", 1).network
    return replace(chain, rules=(replace(rule, source=wide),))


FILTER_FAULTS: dict[Callable[[World], bool], float] = {
    director_input: 5.0, director_forward: 4.0, director_output: 2.0, server_input: 4.0, untracked: 1.5,
    masquerade: 3.0, marks: 20.0,
}  # fmt: skip
