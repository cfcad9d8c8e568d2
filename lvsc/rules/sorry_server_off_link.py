"""The address of a sorry server behind direct routing is on no network of a director.

Why it hurts
    Direct routing hands the packet over by its MAC address. To an address
    behind a router the frame goes to the router, which sends it back to the
    director, because the VIP is there. On the day when no real server can
    answer, clients see a timeout instead of the sorry page.
Wrong
    mode: dr, sorry_server: {address: 198.51.100.9}, with the director on 192.0.2.0/24
Right
    an address of 192.0.2.0/24; or mode: tun
Source
    net/netfilter/ipvs/ip_vs_xmit.c ip_vs_dr_xmit(), IP_VS_RT_MODE_KNOWN_NH
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Severity
from lvsc.rules.base import Rule, Site, once
from lvsc.topology import Host
from lvsc.words import Address, ForwardingMethod

RULE = Rule("sorry-server-off-link", Severity.WARNING)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each place where such an address is stated."""
    return once(_found(site))


def _found(site: Site) -> Iterator[tuple[object, Finding]]:
    for service in site.topology.services.values():
        address = service.sorry.address if service.sorry is not None else None
        if address is None or service.mode is not ForwardingMethod.DR or address.is_loopback:
            continue
        vip = site.topology.vips[service.vip]
        used = any(each.version == address.version for each in vip.addresses)
        hosts = [site.topology.directors[name] for name in vip.directors if used]
        far = next((host for host in hosts if not _beside(site, host, address)), None)
        if far is not None:
            at = service.origin.at("sorry_server", "address")
            message = f"sorry server {address} of service {service.name} (dr) is on no network of director {far.name}"
            networks = ", ".join(
                str(subnet) for port in far.ports for subnet in site.topology.networks[port.network].subnets
            )
            yield at, RULE.at(at, message, f"choose an address of {networks}, or use `mode: tun`")


def _beside(site: Site, host: Host, address: Address) -> bool:
    """Whether the director finds the address on a link: in a subnet, or by a route without gateway."""
    if any(site.topology.networks[port.network].subnet_of(address) is not None for port in host.ports):
        return True
    return any(
        route.via is None and route.to.version == address.version and address in route.to for route in host.routes
    )
