"""Real servers that leave a director of keepalived: a reload deletes them at once, so first they lose their weight."""

from __future__ import annotations

from dataclasses import replace

from lvsc.kernel.table_state import services
from lvsc.plan.thing import Key, Server, ServerValue, Service, Things, Value
from lvsc.plan.wanted import service_key
from lvsc.state import Destination, HostState, VirtualService


def leaving(table: Things, former: Things) -> list[Server]:
    """The real servers that a former table has and the wanted one has not."""
    return [key for key in former if isinstance(key, Server) and key not in table]


def parted(host: HostState, former: Things) -> HostState:
    """The host with what leaves kept, without weight and without checks of its own."""
    wanted = {service_key(service): service for service in host.ipvs}
    quiet = {service_key(each): each for each in services(_quieted(former))}
    kept = [_joined(service, quiet[key].destinations) if key in quiet else service for key, service in wanted.items()]
    gone = [each for key, each in quiet.items() if key not in wanted]
    return replace(host, ipvs=tuple(sorted([*kept, *gone], key=lambda service: service.sort_key)))


def _quieted(former: Things) -> dict[Key, Value]:
    return {
        key: value._replace(weight=0) if isinstance(value, ServerValue) else value
        for key, value in former.items()
        if isinstance(key, (Service, Server))
    }


def _joined(service: VirtualService, former: tuple[Destination, ...]) -> VirtualService:
    own = {(each.address, each.port) for each in service.destinations}
    more = [each for each in former if (each.address, each.port) not in own]
    return replace(service, destinations=tuple(sorted([*service.destinations, *more], key=lambda each: each.sort_key)))
