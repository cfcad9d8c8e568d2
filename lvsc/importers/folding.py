"""What makes a written topology short: defaults, pools, and ranges such as `web[01-04]`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lvsc.importers.names import Namer
from lvsc.importers.paper import Leaf, Node, Row, Table, key_of
from lvsc.words import SCRIPTS

_ALWAYS, _OR_NULL = ("mode", "scheduler"), ("health", "persistence")
_END = re.compile(r"(.*?)([0-9]+)")
_WHERE_ALL = ("quorum", "hysteresis", "alpha", "omega", "inhibit_on_failure", "smtp_alert", *SCRIPTS)
# Repetition that is worth a name of its own, in characters.
_WORTH = 400


def defaults(services: Table) -> Table:
    """What most services say moves to `defaults`; those that differ go on saying it, or `null`."""
    made = Table()
    tables = [each for each in services.entries.values() if isinstance(each, Table)]
    for key in (*_ALWAYS, *_OR_NULL):
        texts = [key_of(each.entries[key]) for each in tables if key in each.entries]
        best, count = Counter(texts).most_common(1)[0] if texts else ("", 0)
        if len(tables) < 2 or count < 2 or (key in _OR_NULL and count * 2 <= len(tables)):
            continue
        holders = [each for each in tables if key in each.entries and key_of(each.entries[key]) == best]
        made.put(key, holders[0].entries[key], holders[0].at.get(key))
        for each in tables:
            if key not in each.entries:
                each.put(key, None)
            elif key_of(each.entries[key]) == best:
                del each.entries[key]
    for key in _WHERE_ALL:
        _shared(made, tables, key)
    return made


def _shared(made: Table, tables: list[Table], key: str) -> None:
    """What all services say alike; the language has no word to take it back."""
    texts = {key_of(each.entries[key]) if key in each.entries else "" for each in tables}
    if len(tables) > 1 and len(texts) == 1 and "" not in texts:
        made.put(key, tables[0].entries[key], tables[0].at.get(key))
        for each in tables:
            del each.entries[key]


def pools(services: Table) -> Table:
    """Sets of real servers that several services share, where they are of any length."""
    made, namer = Table(), Namer()
    by_key: dict[str, list[Table]] = {}
    for each in services.entries.values():
        if isinstance(each, Table) and _long(each.entries.get("real_servers")):
            by_key.setdefault(key_of(each.entries["real_servers"]), []).append(each)
    names = {id(table): name for name, table in services.entries.items()}
    for key, found in by_key.items():
        if len(key) * (len(found) - 1) < _WORTH:
            continue
        name = namer.name(names[id(found[0])], "pool")
        pool = Table()
        pool.put("members", found[0].entries["real_servers"])
        made.put(name, pool)
        for each in found:
            del each.entries["real_servers"]
            each.put("pool", name)
    return made


def _long(node: Node | None) -> bool:
    if isinstance(node, Row):
        return len(node.items) > 1
    return isinstance(node, Table) and len(node.entries) > 1


def hosts(servers: Table) -> Table:
    """Real servers whose names and addresses count up together become one range."""
    made = Table()
    run: list[str] = []
    for name in [*servers.entries, ""]:
        if run and not (name and _follows(servers, run[-1], name)):
            _put_run(made, servers, run)
            run = []
        run.append(name)
    return made


def _address(servers: Table, name: str) -> str:
    node: object = servers.entries[name]
    for key in ("interfaces", "eth0", "address"):
        assert isinstance(node, Table)
        node = node.entries[key]
    assert isinstance(node, Leaf)
    return str(node.value)


def _network(servers: Table, name: str) -> str:
    table = servers.entries[name]
    assert isinstance(table, Table)
    return key_of(table).replace(_address(servers, name), "")


def _follows(servers: Table, before: str, name: str) -> bool:
    return (
        _network(servers, before) == _network(servers, name)
        and next_of(before) == name
        and _counts(_address(servers, before), _address(servers, name))
    )


def _counts(before: str, after: str) -> bool:
    """Whether the last number of an address goes up by one; of IPv6 only numbers that look decimal."""
    one, other = _END.fullmatch(before), _END.fullmatch(after)
    if one is None or other is None or one[1] != other[1] or len(one[2]) > 9 or len(other[2]) > 9:
        return False
    return not one[2].startswith("0") and int(one[2]) + 1 == int(other[2])


def next_of(name: str) -> str:
    """web03 after web02, rs10 after rs9; empty where no number ends the name."""
    found = _END.fullmatch(name)
    if found is None or len(found[2]) > 8:
        return ""
    text = str(int(found[2]) + 1)
    return found[1] + (text.zfill(len(found[2])) if found[2].startswith("0") else text)


def _put_run(made: Table, servers: Table, run: list[str]) -> None:
    first = servers.entries[run[0]]
    if len(run) == 1:
        made.put(run[0], first, servers.at.get(run[0]))
        return
    low, high = _address(servers, run[0]), _address(servers, run[-1])
    assert isinstance(first, Table)
    made.put(_range(run[0], run[-1]), _with_address(first, _range(low, high)), servers.at.get(run[0]))


def _with_address(table: Table, text: str) -> Table:
    made = Table(flow=table.flow)
    for key, value in table.entries.items():
        made.put(key, _with_address(value, text) if isinstance(value, Table) else value)
    if "address" in table.entries:
        made.put("address", text)
    return made


def _range(low: str, high: str) -> str:
    one, other = _END.fullmatch(low), _END.fullmatch(high)
    assert one is not None
    assert other is not None
    return f"{one[1]}[{one[2]}-{other[2]}]"


def members(node: Node) -> Node:
    """Names of real servers that follow each other and have the same settings, as ranges."""
    if isinstance(node, Row):
        return Row([Leaf(name, first.at) for name, first in _names(node.items)])
    if not isinstance(node, Table):
        return node
    made = Table(flow=True)
    for run in _runs(node):
        name = run[0] if len(run) == 1 else _range(run[0], run[-1])
        made.put(name, node.entries[run[0]], node.at.get(run[0]))
    return made


def _names(items: Iterable[Leaf]) -> Iterator[tuple[str, Leaf]]:
    items = list(items)
    start = 0
    for index in range(1, len(items) + 1):
        if index < len(items) and next_of(str(items[index - 1].value)) == items[index].value:
            continue
        first, last = items[start], items[index - 1]
        yield (_range(str(first.value), str(last.value)) if index - start > 1 else str(first.value)), first
        start = index


def _runs(table: Table) -> Iterator[list[str]]:
    run: list[str] = []
    for name, node in table.entries.items():
        if run and (next_of(run[-1]) != name or key_of(table.entries[run[-1]]) != key_of(node)):
            yield run
            run = []
        run.append(name)
    if run:
        yield run
