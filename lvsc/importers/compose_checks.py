"""Health checks of a draft as tables of a topology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from lvsc.importers.draft import Check, Said, Server, VirtualServer
from lvsc.importers.paper import Leaf, Node, Row, Rows, Table, key_of
from lvsc.source import Span
from lvsc.words import PACELESS, PORTLESS, Address, ForwardingMethod, Page, Plain

# Options that are times, in milliseconds.
_DURATIONS = ("min_rx", "min_tx", "idle_tx")
T = TypeVar("T")
K = TypeVar("K")


def health(
    service: VirtualServer, servers: Sequence[Server], mode: ForwardingMethod, own: Table
) -> dict[Address, Node]:
    """The checks of most real servers are the service's; what others have of their own is returned."""
    made = {server.address: _checks(server, service, mode) for server in servers}
    best = most(servers, lambda server: key_of(made[server.address]))
    chosen = next(server for server in servers if key_of(made[server.address]) == best)
    if chosen.checks:
        own.put("health", made[chosen.address], chosen.checks[0].at)
    return {address: node for address, node in made.items() if key_of(node) != best}


def _checks(server: Server, service: VirtualServer, mode: ForwardingMethod) -> Node:
    """The checks of one real server: null, a mapping, or a list of several."""
    found = [_check(check, server, service, mode) for check in server.checks]
    if not found:
        return Leaf(None)
    return found[0] if len(found) == 1 else Rows(found)


def _check(check: Check, server: Server, service: VirtualServer, mode: ForwardingMethod) -> Table:
    table, options = Table(flow=True), Table(flow=True)
    for key, said in check.option:
        value = duration(int(str(said.value))) if key in _DURATIONS else said.value
        options.put(key, _value(value, said.at), said.at)
    table.put(check.kind.value, options, check.at)
    port = _checked_port(check, server, service, mode)
    if port is not None:
        table.put("port", port.value, port.at)
    if check.kind not in PACELESS:
        table.put("interval", duration(check.interval.value), check.interval.at)
        table.put("timeout", duration(check.timeout.value), check.timeout.at)
        table.put("retries", check.retries.value, check.retries.at)
        table.put("retry_delay", duration(check.retry_delay.value), check.retry_delay.at)
    for key, more in check.extra:
        table.put(key, duration(int(more.value)) if key == "warmup" else more.value, more.at)
    return table


def _value(value: Plain | tuple[Page, ...], at: Span) -> Node:
    """A list of words, of pages, or a plain value."""
    if not isinstance(value, tuple):
        return Leaf(value, at)
    words = [each for each in value if isinstance(each, str)]
    if words:
        return Row([Leaf(_status(each), at) for each in words])
    rows = Rows()
    for page in (each for each in value if not isinstance(each, str)):
        table = Table(flow=True)
        for key, said in page:
            table.put(key, _value(said, at), at)
        rows.items.append(table)
    return rows


def _status(word: str) -> str | int:
    """A status stays a number."""
    return int(word) if len(word) == 3 and word.isdecimal() else word


def _checked_port(check: Check, server: Server, service: VirtualServer, mode: ForwardingMethod) -> Said[int] | None:
    """The port to check, where it is not the one that the real server has in the table."""
    if check.kind in PORTLESS:
        return None
    base = service.port.value if service.mark is None else 0
    if mode is ForwardingMethod.NAT and server.port is not None and service.mark is None:
        base = server.port.value
    wanted = check.port or server.port
    if wanted is None or wanted.value in (0, base):
        return None
    return Said(wanted.value, wanted.at)


def most(items: Iterable[T], key: Callable[[T], K]) -> K | None:
    """The key that most items have; of equal ones the first."""
    keys = [key(item) for item in items]
    return Counter(keys).most_common(1)[0][0] if keys else None


def duration(milliseconds: int) -> str:
    """5s, 1500ms, 5m."""
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds % size == 0 and milliseconds >= size:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"
