"""Every state between the first and the last, walked: what no step may break that both ends keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

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
Pair = tuple[str, str]


def broken(hosts: Hosts, live: HostState, steps: Iterable[Step], placed: Placed) -> Iterator[str]:
    """What clients would lose in between, a sentence for each service and step.

    `live` is the host as observed; `placed` plugs it into the topology, which
    says the rest of the cluster. What works at both ends must work in between,
    and what is answered past the director in between must have been before.
    """
    steps = list(steps)
    states = [placed(live)]
    states += [placed(hold(live, now)) for _, now in replay(live_things(live), steps)]
    first, *between, last = [_seen({**hosts, live.name: state}) for state in states] if steps else [{}, {}]
    told: set[Pair] = set()
    for step, now in zip(steps, between, strict=False):
        for pair, seen in now.items():
            ends = (first.get(pair), last.get(pair))
            if pair not in told and _worse(seen, ends):
                told.add(pair)
                yield f"{pair[0]} would lose {pair[1]} in between ({step.stage.value}): {seen.how}"


class Seen(NamedTuple):
    """How a client is served: the verdict, and what decides one that is bad."""

    verdict: Verdict
    how: str = ""


def _worse(seen: Seen, ends: tuple[Seen | None, Seen | None]) -> bool:
    verdicts = [each.verdict for each in ends if each is not None]
    if seen.verdict is Verdict.BYPASS:
        return Verdict.BYPASS not in verdicts
    bad = seen.verdict in (Verdict.FAILS, Verdict.PARTIAL)
    return bad and verdicts == [Verdict.WORKS, Verdict.WORKS]


def _seen(hosts: Hosts) -> dict[Pair, Seen]:
    """Each client and service that a director has, and how it is served."""
    survey = Survey(hosts)
    found = {(group.trip.client, service): Seen(Verdict.WORKS) for group in survey.groups for service, _ in group.pairs}
    for failure in survey.failures:
        how = str(failure.evidence[-1]) if failure.evidence else failure.verdict.value
        found.update({(failure.trip.client, service): Seen(failure.verdict, how) for service, _ in failure.pairs})
    return found


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
