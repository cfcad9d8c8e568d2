"""A recorded host as steps of the guest: all that its HostState says, put there by the real tools.

Nothing here goes through what lvsc emits: a recorded host holds what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lvsc.emit.ipvsadm import rules
from lvsc.lab.raw_firewall import restores
from lvsc.state import Held, HostState, Link, LinkKind, PolicyRule, Route, RouteKind
from lvsc.words import Family

Step = dict[str, Any]

_EXTRA = {
    LinkKind.BRIDGE: "bridge forward_delay 0 mcast_snooping 0",
    LinkKind.DUMMY: "dummy",
    LinkKind.ETHERNET: "dummy",
    LinkKind.MACVLAN: "macvlan mode private",
    LinkKind.IPIP: "ipip",
    LinkKind.SIT: "sit",
    LinkKind.GRE: "gre",
    LinkKind.IP6GRE: "ip6gre",
}
_ROLES = {"master": ("master",), "backup": ("backup",), "both": ("master", "backup")}


def host(state: HostState) -> dict[str, Any]:
    """The host as the guest reads it."""
    return {"early": _settings(state.early), "steps": list(_steps(state)), "serve": list(_serves(state))}


def _steps(state: HostState) -> Iterator[Step]:
    """As a host comes up: devices, settings, addresses, routes, filter, table, daemon."""
    links = list(_devices(state))
    up = [f"link set dev {link.name} up" for link in state.links if link.up and link.kind is not LinkKind.FOU]
    late = _settings(state.late)
    checked = {held.device for held in state.addresses if held.dad}
    if links:
        yield _ip(links)
    if state.sysctls:
        yield _write(_settings(state.sysctls))
    addresses, rest = [_address(held) for held in state.addresses], list(_rest(state))
    if checked:
        # Only now, so that link-local addresses do not wait; see Cluster's _NO_WAITING.
        yield _ip(up)
        yield _write(
            [[f"net/ipv6/conf/{name}/{key}", 1] for name in checked for key in ("accept_dad", "dad_transmits")]
        )
        up = []
    if late:
        yield _ip([*up, *addresses])
        yield _write(late)
    yield _ip(rest if late else [*up, *addresses, *rest])
    six = [*_receivers(state, Family.V6), *_rules(state, Family.V6)]
    if six:
        yield _ip(six, "-6")
    for command, text in restores(state):
        yield {"tool": "run", "command": list(command), "text": text}
    if state.ipvs:
        yield {"tool": "run", "command": ["ipvsadm", "-R"], "text": rules(state.ipvs)}
    yield from _daemons(state)


def _ip(lines: list[str], *options: str) -> Step:
    return {"tool": "run", "command": ["ip", *options, "-batch", "-"], "text": "".join(f"{line}\n" for line in lines)}


def _write(values: list[list[Any]]) -> Step:
    return {"tool": "write", "values": values}


def _settings(settings: tuple[tuple[str, int], ...]) -> list[list[Any]]:
    return [[path, value] for path, value in settings]


def _devices(state: HostState) -> Iterator[str]:
    """Devices that no wire brings; those without a parent first."""
    for link in sorted(state.links, key=lambda link: link.parent is not None):
        if link.kind not in (LinkKind.LOOPBACK, LinkKind.FOU) and link.segment is None:
            yield _device(link)
    for link in state.links:
        if link.segment is not None and link.mtu != 1500:
            yield f"link set dev {link.name} mtu {link.mtu}"
        if link.master is not None:
            yield f"link set dev {link.name} master {link.master}"


def _device(link: Link) -> str:
    """The `ip` command that creates a device."""
    ends = "".join(f" {key} {value}" for key, value in (("local", link.local), ("remote", link.remote)) if value)
    kind = _EXTRA.get(link.kind, "")
    if link.kind is LinkKind.VLAN:
        kind = f"vlan id {link.vlan or 0}"
    elif link.kind is LinkKind.IP6TNL:
        kind = f"ip6tnl mode {link.mode or 'any'}"
    parent = f" link {link.parent}" if link.parent else ""
    mac = f" address {link.mac}" if link.mac else ""
    # A tunnel's default MTU depends on where its ends are: it is stated, as it was recorded.
    return f"link add{parent} name {link.name}{mac} mtu {link.mtu} type {kind}{ends}"


def _address(held: Held) -> str:
    words = [f"address replace {held.address} dev {held.device}"]
    if held.address.version == 4:
        return " ".join([*words, f"scope {held.scope.value}"])
    words += ["preferred_lft 0"] if held.quiet else []
    words += [] if held.dad else ["nodad"]
    return " ".join(words)


def _rest(state: HostState) -> Iterator[str]:
    yield from _receivers(state, Family.V4)
    yield from map(_route, state.routes)
    yield from _rules(state, Family.V4)
    for each in state.neighbours:
        yield f"neighbour replace {each.address} lladdr {each.mac} dev {each.device} nud permanent"


def _receivers(state: HostState, family: Family) -> Iterator[str]:
    """GUE receivers; `ip` takes the family from its command line alone (iproute2: ipfou.c)."""
    for link in state.links:
        if link.kind is LinkKind.FOU and (link.local.version if link.local else 4) == family.value:
            yield f"fou add port {link.port} gue"


def _route(route: Route) -> str:
    kind = "" if route.kind is RouteKind.UNICAST else f"{route.kind.value} "
    words = [f"route replace {kind}{route.to}"]
    if route.via:
        words.append(f"via {'inet6 ' if route.via.version > route.to.version else ''}{route.via}")
    if route.device:
        words.append(f"dev {route.device}")
    words.append(f"table {route.place}")
    stated = {"metric": route.metric, "src": route.source, "mtu": route.mtu, "advmss": route.advmss}
    words += [f"{key} {value}" for key, value in stated.items() if value]
    return " ".join([*words, *(["onlink"] if route.onlink else [])])


def _rules(state: HostState, family: Family) -> Iterator[str]:
    return (_rule(rule) for rule in state.rules if rule.family is family)


def _rule(rule: PolicyRule) -> str:
    words = [f"rule add priority {rule.priority}"]
    words += [f"from {rule.source}"] if rule.source else []
    words += [f"to {rule.to}"] if rule.to else []
    words += [f"fwmark {rule.mark}/{rule.mask:#x}"] if rule.mark is not None else []
    words += [f"iif {rule.device}"] if rule.device else []
    return " ".join([*words, f"lookup {rule.table}" if rule.kind is RouteKind.UNICAST else rule.kind.value])


def _daemons(state: HostState) -> Iterator[Step]:
    if state.sync is None:
        return
    for role in _ROLES.get(state.sync.role or "", ()):
        command = ["ipvsadm", "--start-daemon", role, "--mcast-interface", state.sync.device]
        yield {"tool": "run", "command": [*command, "--syncid", str(state.sync.id)]}


def _serves(state: HostState) -> Iterator[dict[str, Any]]:
    """What its applications listen on: one address, or every one of a family or of both."""
    for each in state.listens:
        every = {Family.V4: ["0.0.0.0"], Family.V6: ["::"], None: ["0.0.0.0", "::"]}[each.family]
        for address in [str(each.address)] if each.address else every:
            yield {"protocol": each.protocol.value, "address": address, "port": each.port}
