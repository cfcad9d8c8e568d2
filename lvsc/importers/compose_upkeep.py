"""What a draft says of services beside their checks, as a topology says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lvsc.importers.draft import Said, Script, Server, VirtualServer
from lvsc.importers.ledger import Ledger
from lvsc.importers.paper import Leaf, Node, Row, Table
from lvsc.words import SCRIPTS

_UPKEEP = ("quorum", "hysteresis", "alpha", "omega", "inhibit_on_failure", "smtp_alert", *SCRIPTS)


def upkeep(ledger: Ledger, service: VirtualServer, servers: Sequence[Server], own: Table) -> None:
    """Quorum, scripts, mail: the service's, and what all of its real servers say."""
    found = dict(service.upkeep)
    for key in dict.fromkeys(key for server in servers for key in server.upkeep):
        said = [server.upkeep.get(key, found.get(key)) for server in servers]
        values = [each.value if each is not None else None for each in said]
        if said[0] is not None and all(value == values[0] for value in values):
            found[key] = said[0]
            continue
        for server in (each for each in servers if key in each.upkeep):
            at = server.upkeep[key].at
            ledger.no_place(at, f"{key} of real server {server.address}, which not all of them have")
    _fitting(ledger, service, servers, found)
    for key in (key for key in _UPKEEP if key in found):
        own.put(key, _told(found[key]), found[key].at)


def _fitting(
    ledger: Ledger, service: VirtualServer, servers: Sequence[Server], found: dict[str, Said[int | bool | Script]]
) -> None:
    """keepalived makes a quorum smaller that cannot be reached, and a hysteresis that is not below it."""
    total = max(1, sum(server.weight.value if server.weight is not None else 1 for server in servers))
    quorum, hysteresis = _number(found, "quorum", 1), _number(found, "hysteresis", 0)
    if quorum > total:
        ledger.changed(found["quorum"].at, f"quorum {quorum} becomes {total}, the sum of all weights")
        quorum = total
        found["quorum"] = Said(total, found["quorum"].at)
    most = max(0, min(quorum - 1, total - quorum))
    if hysteresis > most:
        at = found.pop("hysteresis").at
        ledger.changed(at, f"hysteresis {hysteresis} becomes {most}: a lost quorum is to be regained")
        if most:
            found["hysteresis"] = Said(most, at)
    if quorum == 1:
        found.pop("quorum", None)


def _number(found: Mapping[str, Said[int | bool | Script]], key: str, usual: int) -> int:
    said = found.get(key)
    return int(said.value) if said is not None and not isinstance(said.value, tuple) else usual


def _told(said: Said[int | bool | Script]) -> Node:
    if not isinstance(said.value, tuple):
        return Leaf(said.value, said.at)
    command, user = said.value
    table = Table(flow=True)
    table.put("command", Row([Leaf(word, said.at) for word in command]), said.at)
    if user is not None:
        table.put("user", user, said.at)
    return table
