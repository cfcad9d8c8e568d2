"""The tests of a topology: names looked up, ranges and pools taken apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from lvsc.source import Map, Seq, Span
from lvsc.topology.desk import Desk
from lvsc.topology.merge import Named
from lvsc.topology.model import Expectation, Origin
from lvsc.topology.ranges import is_range


class Tests:
    """Finds what the tests name. Without declared clients lvsc infers some, whose names are looked up later."""

    __test__ = False

    def __init__(
        self,
        desk: Desk,
        clients: Collection[str],
        services: Collection[str],
        hosts: Collection[str],
        servers: Collection[str],
        pools: Mapping[str, Named],
    ) -> None:
        self.desk = desk
        self.clients = clients
        self.services = services
        self.hosts = hosts
        self.servers = servers
        self.pools = pools

    def build(self, nodes: Iterable[Map]) -> tuple[Expectation, ...]:
        """The tests, in the order of the files."""
        return tuple(self._one(node) for node in nodes)

    def _one(self, node: Map) -> Expectation:
        origin = Origin(node.value_span("to"), node)
        answering = [name for text, at in _listed(origin, "answered_by") for name in self._answering(text, at)]
        return Expectation(
            clients=tuple(self._known(origin, "from", "client", self.clients)),
            services=tuple(self._known(origin, "to", "service", self.services)),
            answered_by=tuple(dict.fromkeys(answering)) if "answered_by" in node else None,
            down=tuple(self._known(origin, "down", "host", self.hosts)),
            never=tuple(self._known(origin, "never", "host", self.hosts)),
            origin=origin,
        )

    def _known(self, origin: Origin, key: str, kind: str, among: Collection[str]) -> Iterator[str]:
        for text, at in _listed(origin, key):
            for name in self.desk.range(text, at) if is_range(text) else [text]:
                if (kind == "client" and not among) or self.desk.known(kind, name, at, among):
                    yield name

    def _answering(self, text: str, at: Span) -> Iterator[str]:
        """The real servers of a pool; or a real server, or a range of them."""
        if text not in self.pools:
            names = self.desk.range(text, at) if is_range(text) else [text]
            among = [*self.servers, *self.pools]
            yield from (name for name in names if self.desk.known("real server or pool", name, at, among))
            return
        for member in self.pools[text].node["members"]:
            yield from self.desk.range(member, at) if is_range(member) else [member]


def _listed(origin: Origin, key: str) -> Iterator[tuple[str, Span]]:
    node: Any = origin.node
    value = node.get(key, ())
    if isinstance(value, Seq):
        yield from ((each, value.item_span(index)) for index, each in enumerate(value))
    elif value:
        yield value, origin.at(key)
