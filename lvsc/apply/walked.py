"""Every state between the first and the last, walked: what no step may break that both ends keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from lvsc.kernel.marked import mark_rules
from lvsc.kernel.table_state import services
from lvsc.plan.order import Step
from lvsc.plan.proof import replay
from lvsc.plan.thing import (
    Address,
    Device,
    DeviceValue,
    Marks,
    MarksValue,
    RouteTo,
    RouteValue,
    Setting,
    SettingValue,
    Things,
)
from lvsc.plan.wanted import live_things
from lvsc.state import Held, Hosts, HostState, Link, LinkKind, Route
from lvsc.walk.survey import Survey
from lvsc.words import Verdict, parse_address, parse_interface, parse_network

Placed = Callable[[HostState], HostState]
Lost = tuple[str, str, str]


def broken(hosts: Hosts, live: HostState, steps: Iterable[Step], placed: Placed) -> Iterator[str]:
    """What clients would lose in between, a sentence for each service and step.

    `live` is the host as observed; `placed` plugs it into the topology, which
    says the rest of the cluster.
    """
    steps = list(steps)
    states = [placed(live)]
    states += [placed(hold(live, now)) for _, now in replay(live_things(live), steps)]
    lost = [_lost({**hosts, live.name: state}) for state in states]
    told: set[Lost] = set()
    for step, now in zip(steps[:-1], lost[1:-1], strict=True):
        for client, service, how in sorted(now - lost[0] - lost[-1] - told):
            told.add((client, service, how))
            yield f"{client} would lose {service} in between ({step.stage.value}): {how}"


def _lost(hosts: Hosts) -> set[Lost]:
    """Who gets no answer from what, and why."""
    return {
        (failure.trip.client, service, str(failure.evidence[-1]) if failure.evidence else failure.verdict.value)
        for failure in Survey(hosts).failures
        if failure.verdict is not Verdict.UNMODELLED
        for service, _ in failure.pairs
    }


def hold(host: HostState, things: Things) -> HostState:
    """The host with these things in the place of its own."""
    routes = {(str(route.to), route.table, route.metric): route for route in host.routes}
    held = {(each.device, str(each.address)): each for each in host.addresses}
    own = {link.name: link for link in host.links}
    return replace(
        host,
        sysctls=tuple(
            (key.path, value.number)
            for key, value in things.items()
            if isinstance(key, Setting) and isinstance(value, SettingValue)
        ),
        links=tuple(
            own.get(key.name) or _link(key, value)
            for key, value in things.items()
            if isinstance(key, Device) and isinstance(value, DeviceValue)
        ),
        addresses=tuple(
            held.get((key.device, key.address)) or _held(key) for key in things if isinstance(key, Address)
        ),
        routes=tuple(
            _route(key, value, routes.get((key.to, key.table, key.metric)))
            for key, value in things.items()
            if isinstance(key, RouteTo) and isinstance(value, RouteValue)
        ),
        ipvs=tuple(services(things)),
        marks=mark_rules(value.rules)[0] if isinstance(value := things.get(Marks()), MarksValue) else (),
    )


def _link(key: Device, value: DeviceValue) -> Link:
    local = parse_address(value.local)
    return Link(key.name, LinkKind(value.kind), mtu=value.mtu, local=local, port=value.port or None)


def _held(key: Address) -> Held:
    address = parse_interface(key.address)
    assert address is not None
    return Held(key.device, address)


def _route(key: RouteTo, value: RouteValue, former: Route | None) -> Route:
    to = parse_network(key.to)
    assert to is not None
    via, device = parse_address(value.via), value.device or None
    base = former or Route(to, via, device, table=key.table, metric=key.metric)
    return replace(base, via=via, device=device)
