"""Replies of direct routing or a tunnel go to a director that holds the VIP.

Why it hurts
    A reply has the VIP as its source. To the director that is its own
    address: IPv4 takes such a packet for a forgery ("martian source") and
    drops it, whatever rp_filter says. With accept_local and forwarding the
    director passes it on. IPv6 knows no martians and needs forwarding only.
Wrong
    mode: dr, and a real server whose gateway is lvs1, which holds the VIP
Right
    a router as the gateway of the real server, or on lvs1
    sysctls: {net.ipv4.conf.eth0.accept_local: 1, net.ipv4.ip_forward: 1}
Source
    net/ipv4/fib_frontend.c __fib_validate_source(), ip_handle_martian_source()
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, gateway_span, once
from lvsc.rules.way_home import Step, Way, declared, steps, ways_home
from lvsc.state import HostState
from lvsc.words import ForwardingMethod, HostRole

RULE = Rule("dr-gateway-is-director", Severity.ERROR)
_LATER = Rule(RULE.name, Severity.WARNING)
Fault = tuple[Rule, str]


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where the gateway is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for way in ways_home(site, ForwardingMethod.DR, ForwardingMethod.TUN):
        for step in steps(site, way):
            held = [(name, device) for name, device in step.holders if _holds_vip(site, way, name)]
            if not held:
                continue
            name, device = min(held, key=lambda item: way.vip.directors.index(item[0]))
            fault = _fault(site.hosts[name], device, way)
            if fault is not None:
                finding = _finding(site, way, step, name, fault)
                yield finding.at, finding
            break


def _holds_vip(site: Site, way: Way, name: str) -> bool:
    if name not in way.vip.directors:
        return False
    addresses = (address for address in way.vip.addresses if address.version == way.target.version)
    return any(name == owner for address in addresses for owner, _ in site.cluster.owners.get(address, ()))


def _fault(director: HostState, device: str, way: Way) -> Fault | None:
    """What keeps a director from passing the reply on, at once or when it takes the VIP over."""
    keys = ["net/ipv6/conf/all/forwarding"]
    if way.target.version == 4:
        keys = [f"net/ipv4/conf/{device}/forwarding", "net/ipv4/conf/all/forwarding", "net/ipv4/ip_forward"]
    forwards = next((value for key in keys if (value := director.sysctl(key)) is not None), 0)
    takes_own = any(director.sysctl(f"net/ipv4/conf/{name}/accept_local") for name in ("all", device))
    has_vip = way.vip.failover is None or director.name == way.vip.directors[0]
    if way.target.version == 4 and has_vip and not takes_own:
        return RULE, "which drops packets from its own address"
    if not forwards:
        return RULE, "which does not forward"
    if way.target.version == 4 and not takes_own:
        return _LATER, "which drops it as soon as it holds the VIP itself"
    return None


def _finding(site: Site, way: Way, step: Step, director: str, fault: Fault) -> Finding:
    rule, why = fault
    sender = declared(site, step.sender) or way.host
    at = gateway_span(site, sender, step.gateway)
    address = next(address for address in way.vip.addresses if address.version == way.target.version)
    said = f"the reply of real server {way.host.name} to {way.client.name} comes from VIP {address}"
    message = f"{said} and goes to director {director}, {why}"
    note = Note(way.service.origin.at("mode"), f"service {way.service.name} answers past the director")
    return rule.at(at, message, _remedy(site, way, step, director), [note])


def _remedy(site: Site, way: Way, step: Step, director: str) -> str:
    version = way.target.version
    near = [
        str(held.ip)
        for segment in sorted(site.cluster.segments(step.sender))
        for name, link in site.cluster.attached[segment]
        if name != step.sender and site.hosts[name].role is HostRole.ROUTER
        for held in site.hosts[name].held_on(link.name)
        if held.address.version == version
    ]
    router = " or ".join(dict.fromkeys(near)) or "a router that does not hold the VIP"
    forwarding = "net.ipv6.conf.all.forwarding: 1"
    if version == 4:
        device = next((device for name, device in step.holders if name == director), "all")
        forwarding = f"net.ipv4.conf.{device}.accept_local: 1 and net.ipv4.ip_forward: 1"
    return f"make the gateway of {step.sender} {router}, or set {forwarding} on {director}"
