"""Whether a packet that arrived is the host's own, is forwarded, or dropped (net/ipv4/route.c, fib_frontend.c)."""

from __future__ import annotations

from typing import NamedTuple

from lvsc.state import RouteKind
from lvsc.walk.fib import Way
from lvsc.walk.machine import Machine
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.words import Address


class InputRoute(NamedTuple):
    """`end` says why it is dropped, `answers` whether an ICMP error tells so, `redirects` of a shorter way."""

    way: Way | None
    local: bool = False
    end: End | None = None
    fact: Fact | None = None
    answers: bool = False
    redirects: bool = False

    @property
    def out(self) -> str:
        """The device it leaves by."""
        return self.way.device if self.way is not None else ""


def input_route(machine: Machine, device: str, to: Address, source: Address, mark: int) -> InputRoute:
    """ip_route_input_slow(), ip6_route_input()."""
    if to.version == 6:
        return _input6(machine, device, to, source, mark)
    if source.is_multicast or source.is_unspecified or str(source) == "255.255.255.255":
        return InputRoute(None, end=End.BAD_SOURCE, fact=Fact(FactKind.ADDRESS, str(source)))
    if (source.is_loopback or to.is_loopback) and not machine.settings.either("route_localnet", device):
        end = End.BAD_SOURCE if source.is_loopback else End.BAD_DESTINATION
        return InputRoute(None, end=end, fact=machine.settings.fact("route_localnet", device))
    way = machine.fibs[4].lookup(to, source, mark, device)
    if way is not None and way.kind is RouteKind.LOCAL:
        bad, fact, _ = _validate(machine, device, source, to, "", mark)
        return InputRoute(way, True, bad, fact)
    if not machine.settings.forwards(device):
        fact = machine.settings.fact_of(f"net/ipv4/conf/{device}/forwarding")
        return InputRoute(way, end=End.NOT_LOCAL, fact=fact)
    if way is None or way.kind is not RouteKind.UNICAST:
        fact = way.fact if way is not None else Fact(FactKind.ROUTE, str(to), "no route")
        return InputRoute(way, end=End.NO_ROUTE, fact=fact, answers=way is None or way.kind is not RouteKind.BLACKHOLE)
    bad, fact, near = _validate(machine, device, source, to, way.device, mark)
    return InputRoute(way, False, bad, fact, redirects=near and _shorter(machine, device, source, way))


def _shorter(machine: Machine, device: str, source: Address, way: Way) -> bool:
    """__mkroute_input(): it leaves as it came, and the next hop is a neighbour of the sender's."""
    settings = machine.settings
    if way.device != device or not settings.either("send_redirects", device):
        return False
    shared = settings.either("shared_media", device)
    return shared or machine.on_link(device, source, way.gateway)


def _validate(
    machine: Machine, device: str, source: Address, to: Address, out: str, mark: int
) -> tuple[End | None, Fact | None, bool]:
    """fib_validate_source(): the end if it is refused, the fact, and whether the source is on the link itself."""
    settings, fib = machine.settings, machine.fibs[4]
    strict = settings.most("rp_filter", device)
    local_ok = settings.either("accept_local", device)
    if not strict and (device != out or not settings.either("send_redirects", device)):
        if local_ok:
            return None, None, False
        if not fib.custom_local and not fib.custom_rules:
            if machine.has_address(source):
                return End.MARTIAN_SOURCE, Fact(FactKind.ADDRESS, str(source), "its own"), False
            return None, None, False
    return _full_check(machine, device, source, to, strict, local_ok)


def _full_check(
    machine: Machine, device: str, source: Address, to: Address, strict: int, local_ok: bool
) -> tuple[End | None, Fact | None, bool]:
    """__fib_validate_source()."""
    fib, filtered = machine.fibs[4], machine.settings.fact("rp_filter", device)
    back = fib.lookup(source, to)
    if back is None or back.kind not in (RouteKind.UNICAST, RouteKind.LOCAL):
        return (End.REVERSE_PATH, filtered, False) if strict else (None, None, False)
    if back.broadcast:
        return End.BAD_SOURCE, back.fact, False
    if back.kind is RouteKind.LOCAL and not local_ok:
        return End.MARTIAN_SOURCE, Fact(FactKind.ADDRESS, str(source), "its own"), False
    if back.device == device:
        return None, None, back.on_link
    if not machine.primary.get(device):
        return (End.REVERSE_PATH, filtered, False) if strict else (None, None, False)
    if strict == 1:
        return End.REVERSE_PATH, filtered, False
    there = fib.lookup(source, to, oif=device)
    return None, None, there is not None and there.kind is RouteKind.UNICAST and there.on_link


def _input6(machine: Machine, device: str, to: Address, source: Address, mark: int) -> InputRoute:
    """IPv6 asks nothing of the source but that it may be one at all (ip6_input.c: ip6_rcv_core)."""
    if source.is_multicast or source.is_loopback:
        return InputRoute(None, end=End.BAD_SOURCE, fact=Fact(FactKind.ADDRESS, str(source)))
    way = machine.fibs[6].lookup(to, source, mark, device, device if to.is_link_local else None)
    if way is not None and way.kind is RouteKind.LOCAL:
        return InputRoute(way, True)
    if not machine.forwards(6, device):
        return InputRoute(way, end=End.NOT_LOCAL, fact=machine.settings.fact_of("net/ipv6/conf/all/forwarding"))
    if way is None or way.kind is not RouteKind.UNICAST:
        fact = way.fact if way is not None else Fact(FactKind.ROUTE, str(to), "no route")
        return InputRoute(way, end=End.NO_ROUTE, fact=fact, answers=True)
    return InputRoute(way, redirects=way.device == device)
