"""Which real server a scheduler takes, one function a scheduler (net/netfilter/ipvs/ip_vs_*.c)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from lvsc.walk import maglev
from lvsc.walk.ipvs import Dest, Service
from lvsc.walk.maglev import fold
from lvsc.walk.packet import Packet
from lvsc.words import Scheduler, SchedulerFlag

_TABLE, _BITS = 256, 8
_GOLDEN_RATIO = 0x61C88647


def schedule(service: Service, packet: Packet) -> Dest | None:
    """The real server for a new connection, or None."""
    return _SCHEDULERS[service.entry.scheduler](service, packet)


def _rr(service: Service, packet: Packet) -> Dest | None:
    count = len(service.dests)
    for step in range(1, count + 1):
        index = (service.turn + step) % count
        if service.dests[index].usable():
            service.turn = index
            return service.dests[index]
    return None


def _wrr(service: Service, packet: Packet) -> Dest | None:
    """Interleaved by weight: whoever has at least the current weight, which falls with each round (ip_vs_wrr.c)."""
    step, most = _steps([dest.weight for dest in service.dests])
    if service.current_weight < 0:
        service.current_weight = _begin([dest.weight for dest in reversed(service.dests)])
    count = len(service.dests)
    for _ in range(count * (most // step + 2)):
        service.turn += 1
        if service.turn >= count:
            service.turn = 0
            service.current_weight -= step
            if service.current_weight <= 0:
                service.current_weight = most
        dest = service.dests[service.turn]
        if dest.usable() and dest.weight >= service.current_weight:
            return dest
    return None


def _steps(weights: list[int]) -> tuple[int, int]:
    """The greatest common divisor, and the weight that a round starts with."""
    step = math.gcd(*weights) or 1
    return step, max(weights, default=0) - (step - 1)


def _begin(weights: list[int]) -> int:
    """The current weight after the real servers were added one by one (ip_vs_wrr_dest_changed)."""
    current = 0
    for count in range(1, len(weights) + 1):
        step, most = _steps(weights[:count])
        if current > most or not current:
            current = most
        elif step > 1:
            current = current // step * step + 1
    return current


def _least(service: Service, load: Callable[[Dest], int], weighted: bool) -> Dest | None:
    return _least_of((dest for dest in service.dests if dest.usable()), load, weighted)


def _least_of(dests: Iterable[Dest], load: Callable[[Dest], int], weighted: bool) -> Dest | None:
    best: Dest | None = None
    for dest in dests:
        if best is None or load(best) * (dest.weight if weighted else 1) > load(dest) * (
            best.weight if weighted else 1
        ):
            best = dest
    return best


def _overhead(dest: Dest) -> int:
    return (dest.active << 8) + dest.inactive


def _lc(service: Service, packet: Packet) -> Dest | None:
    return _least(service, _overhead, weighted=False)


def _wlc(service: Service, packet: Packet) -> Dest | None:
    return _least(service, _overhead, weighted=True)


def _sed(service: Service, packet: Packet) -> Dest | None:
    return _least(service, lambda dest: dest.active + 1, weighted=True)


def _nq(service: Service, packet: Packet) -> Dest | None:
    idle = next((dest for dest in service.dests if dest.usable() and dest.active == 0), None)
    return idle or _sed(service, packet)


def _fo(service: Service, packet: Packet) -> Dest | None:
    usable = [dest for dest in service.dests if dest.usable()]
    return max(usable, key=lambda dest: dest.weight, default=None)


def _ovf(service: Service, packet: Packet) -> Dest | None:
    room = [dest for dest in service.dests if dest.usable() and dest.active <= dest.weight]
    return max(room, key=lambda dest: dest.weight, default=None)


def _hash(number: int) -> int:
    """include/linux/hash.h: hash_32() to eight bits."""
    return (number * _GOLDEN_RATIO & 0xFFFFFFFF) >> (32 - _BITS)


def _dh(service: Service, packet: Packet) -> Dest | None:
    """Buckets in turn, without weights (ip_vs_dh.c)."""
    if not service.dests:
        return None
    dest = service.dests[_hash(fold(packet.dst)) % len(service.dests)]
    return dest if dest.usable() else None


def _buckets(service: Service) -> list[Dest]:
    """Buckets by weight (ip_vs_sh.c: ip_vs_sh_reassign)."""
    found: list[Dest] = []
    dests = [dest for dest in service.dests if dest.weight >= 0]
    if not dests:
        return []
    index = spent = 0
    while len(found) < _TABLE:
        dest = dests[index % len(dests)]
        found.append(dest)
        spent += 1
        if spent >= dest.weight:
            index, spent = index + 1, 0
    return found


def _sh(service: Service, packet: Packet) -> Dest | None:
    buckets = _buckets(service)
    if not buckets:
        return None
    port = packet.sport if SchedulerFlag.PORT in service.entry.flags else 0

    def bucket(offset: int) -> int:
        return (offset + _hash(port + fold(packet.src) & 0xFFFFFFFF)) & (_TABLE - 1)

    first = bucket(0)
    if buckets[first].usable() or SchedulerFlag.FALLBACK not in service.entry.flags:
        return buckets[first] if buckets[first].usable() else None
    for offset in range(_TABLE):
        dest = buckets[bucket((offset + first) % _TABLE)]
        if dest.usable():
            return dest
    return None


def _mh(service: Service, packet: Packet) -> Dest | None:
    """Maglev hashing (ip_vs_mh.c)."""
    table = maglev.table(service)
    if not table:
        return None
    port = packet.sport if SchedulerFlag.PORT in service.entry.flags else 0
    number = fold(packet.src) + port
    first = maglev.place(number)
    if table[first].usable():
        return table[first]
    if SchedulerFlag.FALLBACK not in service.entry.flags:
        return None
    tries = (table[maglev.place(number + (offset + first) % maglev.SIZE)] for offset in range(maglev.SIZE))
    return next((dest for dest in tries if dest.usable()), None)


def _crowded(service: Service, dest: Dest) -> bool:
    """Whether it has more connections than its weight while another has less than half (is_overloaded)."""
    return dest.active > dest.weight and any(other.active * 2 < other.weight for other in service.dests)


def _lblc(service: Service, packet: Packet) -> Dest | None:
    """The same real server for a destination, until that one is crowded."""
    known = service.sets.get(packet.dst, [])
    if known and known[0].usable() and not _crowded(service, known[0]):
        return known[0]
    found = _wlc(service, packet)
    if found is not None:
        service.sets[packet.dst] = [found]
    return found


def _lblcr(service: Service, packet: Packet) -> Dest | None:
    """The least busy of a destination's real servers, which become more as they get crowded (ip_vs_lblcr.c)."""
    known = service.sets.setdefault(packet.dst, [])
    usable = [dest for dest in known if dest.usable()]
    best = _least_of(usable, _overhead, weighted=True)
    if best is not None and not _crowded(service, best):
        return best
    found = _wlc(service, packet)
    if found is not None and found not in known:
        known.insert(0, found)
    return found


_SCHEDULERS: dict[Scheduler, Callable[[Service, Packet], Dest | None]] = {
    Scheduler.RR: _rr,
    Scheduler.WRR: _wrr,
    Scheduler.LC: _lc,
    Scheduler.WLC: _wlc,
    Scheduler.LBLC: _lblc,
    Scheduler.LBLCR: _lblcr,
    Scheduler.DH: _dh,
    Scheduler.SH: _sh,
    Scheduler.SED: _sed,
    Scheduler.NQ: _nq,
    Scheduler.FO: _fo,
    Scheduler.OVF: _ovf,
    Scheduler.MH: _mh,
}
