"""A client's packets for the VIP do not reach a director.

Why it hurts
    A VIP in the subnet of its network is found by ARP. One outside is found
    only by who has a route to it: the router beside the directors needs one,
    from a routing protocol or by hand, or it drops the packets, sends them
    back to where they came from, or looks for the VIP on another network.
Wrong
    vips: {web: {address: 203.0.113.100, network: lan}}, and router core that knows nothing of it
Right
    core: {routes: [{to: 203.0.113.100, via: 192.0.2.2}], interfaces: ...}
Source
    net/ipv4/route.c ip_route_input_slow(): ENETUNREACH; RFC 1812 section 5.2
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.address_not_unicast import kind_of
from lvsc.rules.base import Rule, Site, once
from lvsc.rules.journey import Lost, called, declared, lost
from lvsc.source import Span
from lvsc.state import HostState
from lvsc.topology import Vip
from lvsc.words import Address, HostRole

RULE = Rule("no-way-to-vip", Severity.ERROR)
# Nobody has said what a router knows that is only named by its address.
_UNKNOWN = Rule(RULE.name, Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each host at which packets are lost."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    clients = [state for state in site.hosts.values() if state.role is HostRole.CLIENT]
    used = {service.vip for service in site.topology.services.values()}
    part: Mapping[str, int] = {}
    for vip in site.topology.vips.values():
        holders = [name for name in vip.directors if site.topology.directors[name].port_on(vip.network)]
        # A VIP that no director can hold is a finding of vip-off-director.
        for client in clients if holders and vip.name in used else ():
            for address in vip.addresses:
                found = _lost(site, client, address, holders)
                if found is None:
                    continue
                part = part or {name: index for index, names in enumerate(site.cluster.parts()) for name in names}
                # What is connected with nothing is a finding of disconnected-part.
                if part[client.name] == part[holders[0]]:
                    yield (found.host, vip.network), _finding(site, vip, address, holders[0], found)


def _lost(site: Site, client: HostState, address: Address, holders: list[str]) -> Lost | None:
    # An address of no single host is a finding of address-not-unicast.
    if kind_of(address) is not None or not any(held.address.version == address.version for held in client.addresses):
        return None
    return lost(site, client.name, address, holders)


def _finding(site: Site, vip: Vip, address: Address, director: str, found: Lost) -> Finding:
    host = declared(site, found.host)
    note = Note(site.topology.networks[vip.network].origin.name, "the VIP's network")
    own = site.topology.directors[director].port_on(vip.network)
    near = next((each.ip for each in own.addresses if each.version == address.version), None) if own else None
    via = near or f"the address of {director}"
    if host is None:
        at = _address(vip, address)
        gateway = next((each for each in _gateways(site, vip) if each.version == address.version), "a router")
        message = f"VIP {address} is in no subnet of network {vip.network}, and who runs {gateway} has to route it"
        remedy = f"have it routed via {via}, and describe the router with this route under `routers`"
        return _UNKNOWN.at(at, message, remedy, [note])
    message = f"{called(host)} {found.does} VIP {vip.name} ({address}){found.how}"
    remedy = f"give {host.name} a route: `{{to: {address}, via: {via}}}`, or a way to a router that has one"
    return RULE.at(host.origin.name, message, remedy, [Note(vip.origin.name, "the VIP"), note])


def _address(vip: Vip, address: Address) -> Span:
    key = "addresses" if vip.origin.says("addresses") else "address"
    return vip.origin.at(key, vip.addresses.index(address))


def _gateways(site: Site, vip: Vip) -> tuple[Address, ...]:
    return site.topology.networks[vip.network].gateways
