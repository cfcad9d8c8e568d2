"""What a real server answers to a health check finds no way back to the director.

Why it hurts
    Behind direct routing and tunnels a real server answers clients past the
    director, so that nothing but health checks needs a route from there to
    the director's own address. Without one each check runs into its timeout:
    keepalived takes the real server out, although clients would be served.
    All is well for some seconds after a start, then everybody is refused.
Wrong
    director on 10.0.0.2, real servers behind another router that knows no way to 10.0.0.0/24
Right
    a route there: routes: [{to: 10.0.0.0/24, via: 203.0.113.1}]
Source
    keepalived.conf(5) TCP_CHECK connect_timeout, bindto; net/ipv4/route.c ip_route_input_slow()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.journey import Lost, called, declared, lost
from lvsc.state import Destination, HealthCheck, HostState, VirtualService
from lvsc.words import Address, CheckKind, Family, ForwardingMethod, HostRole, family_of

RULE = Rule("check-without-way-back", Severity.ERROR)
_LATER = Rule(RULE.name, Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where a host is stated at which answers are lost."""
    return once(sorted(_found(site), key=lambda found: found[1].severity.rank))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    part: Mapping[str, int] = {}
    clients = _clients(site)
    told: set[tuple[str, str]] = set()
    for name in site.topology.directors:
        for entry, destination in _checked(site.hosts[name]):
            for source in _sources(site, name, destination):
                found = lost(site, destination.name, source, [name])
                host = declared(site, found.host) if found is not None else None
                if found is None or host is None or (name, found.host) in told:
                    continue
                part = part or {each: index for index, names in enumerate(site.cluster.parts()) for each in names}
                targets = clients.get(source.version, {})
                # Findings of disconnected-part, and of the rules about what clients do not hear.
                if part[name] == part[destination.name] and not _clients_too(site, destination, found, targets):
                    told.add((name, found.host))
                    yield host.origin.name, _finding(site, name, entry, destination, found, source)


def _clients(site: Site) -> Mapping[int, Mapping[str, Address]]:
    """For each IP version the clients that have an address of it."""
    clients = [state for state in site.hosts.values() if state.role is HostRole.CLIENT]
    return {
        version: {
            client.name: held.ip for client in clients for held in client.addresses[::-1] if held.ip.version == version
        }
        for version in (4, 6)
    }


def _checked(state: HostState) -> Iterator[tuple[VirtualService, Destination]]:
    """Each address whose silence fails a check, once."""
    seen: set[Address] = set()
    for entry in state.ipvs:
        for each in entry.destinations:
            asked = any(_wants_answer(check) for check in entry.checks_of(each))
            # Requests pass the director both ways with nat: those rules know what is lost.
            if asked and each.weight and each.method is not ForwardingMethod.NAT and each.address not in seen:
                seen.add(each.address)
                yield entry, each


def _wants_answer(health: HealthCheck) -> bool:
    """Whether silence is a failure; what a script asks is not known."""
    if health.kind is CheckKind.UDP:
        return bool(dict(health.option).get("require_reply"))
    return health.kind not in (CheckKind.SCRIPT, CheckKind.FILE) and not health.addresses and not health.sources


def _sources(site: Site, director: str, destination: Destination) -> list[Address]:
    """The address that the director asks from: its own on the device that leads there; none where that is not sure."""
    hop = site.cluster.next_hop(director, destination.address)
    if hop is None or hop.device is None:
        return []
    # A finding of real-server-off-link.
    if hop.gateway is not None and destination.method is ForwardingMethod.DR:
        return []
    state, family = site.hosts[director], family_of(destination.address)
    own = [held for held in state.held_on(hop.device, family) if not held.ours]
    near = [held for held in own if (hop.gateway or destination.address) in held.address.network]
    return [held.ip for held in (near or own) if len(near or own) == 1]


def _clients_too(site: Site, destination: Destination, found: Lost, clients: Mapping[str, Address]) -> bool:
    """Whether answers to a client are lost at the same host."""
    others = (lost(site, destination.name, target, [name]) for name, target in clients.items())
    return any(other is not None and other.host == found.host for other in others)


def _finding(
    site: Site, name: str, entry: VirtualService, destination: Destination, found: Lost, source: Address
) -> Finding:
    service = site.topology.services[entry.name]
    vip = site.topology.vips[service.vip]
    host = declared(site, found.host)
    assert host is not None
    health = next(check for check in entry.checks_of(destination) if _wants_answer(check))
    rule = RULE if vip.failover is None or vip.directors[0] == name else _LATER
    lost_at = f"{called(host)} {found.does} director {name} ({source}){found.how}"
    asked = f"the {health.kind.value} check of service {service.name} gets no answer from {destination.name}"
    length = 32 if family_of(source) is Family.V4 else 128
    remedy = f"give {host.name} a route to {source}, such as `{{to: {source}/{length}, via: ...}}`, or a `gateway`"
    note = Note(service.origin.at("health"), f"a real server that does not answer {name} is taken out")
    return rule.at(host.origin.name, f"{lost_at}: {asked}, which is taken out", remedy, [note])
