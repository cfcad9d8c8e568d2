"""What a change of the IPVS tables does to open connections, on the directors that hold the VIPs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lvsc.state import Destination, Hosts, HostState, VirtualService
from lvsc.walk.failover import standing
from lvsc.words import HostRole

Served = dict[object, tuple[str, VirtualService]]


@dataclass(frozen=True, slots=True)
class Cut:
    """Open connections that end or hang: of which service, to which real server (or to all), and why.

    `kind` is "service" (taken out), "real server" (taken out), "method" (changed) or "director" (another one).
    """

    kind: str
    service: str
    real_server: str
    why: str


def cuts(before: Hosts, after: Hosts) -> list[Cut]:
    """Each once, whatever addresses it is on."""
    old, new = _served(before), _served(after)
    found: dict[Cut, None] = {}
    moved: dict[tuple[str, str, str], dict[str, None]] = {}
    for key, (holder, service) in old.items():
        if key not in new:
            why = f"{service} is taken out: its connections hang, new ones are refused"
            found[Cut("service", service.name, "", why)] = None
            continue
        taker, now = new[key]
        if taker == holder:
            found.update(dict.fromkeys(_servers(service, now)))
        elif before[holder].sync is None or after[taker].sync is None:
            moved.setdefault((service.name, holder, taker), {})[str(service.address or service)] = None
    return [*found, *_moves(moved)]


def service_key(service: VirtualService) -> object:
    """What the kernel knows a service by."""
    return (service.family, service.protocol, service.address, service.port, service.mark)


def server_key(destination: Destination) -> object:
    """What the kernel knows a real server of a service by."""
    return (destination.address, destination.port)


def _served(hosts: Hosts) -> Served:
    """Each service with the director at which its packets arrive now."""
    found: Served = {}
    for host in standing(hosts).values():
        if host.role is HostRole.DIRECTOR:
            for service in host.ipvs:
                if _holds(host, service):
                    found.setdefault(service_key(service), (host.name, service))
    return found


def _holds(host: HostState, service: VirtualService) -> bool:
    held = {each.ip for each in host.addresses}
    if service.address is not None:
        return service.address in held
    return any(rule.mark == service.mark and rule.address in held for rule in host.marks)


def _servers(old: VirtualService, new: VirtualService) -> Iterator[Cut]:
    left = {server_key(each): each for each in new.destinations}
    for each in old.destinations:
        now = left.get(server_key(each))
        if now is None:
            why = "is taken out at once: its open connections hang; `weight: 0` first lets them end"
            yield Cut("real server", old.name, each.name, f"{each.name} {why}")
        elif (now.method, now.tunnel, now.tunnel_port) != (each.method, each.tunnel, each.tunnel_port):
            how = f"goes from {each.method.value} to {now.method.value} with connections open"
            yield Cut("method", old.name, each.name, f"{each.name} {how}: some die, and new ones may find no way")


def _moves(moved: dict[tuple[str, str, str], dict[str, None]]) -> Iterator[Cut]:
    for (service, holder, taker), addresses in moved.items():
        verb = "moves" if len(addresses) == 1 else "move"
        why = f"{', '.join(addresses)} {verb} from {holder} to {taker}, which knows no connection of it"
        yield Cut("director", service, "", why)
