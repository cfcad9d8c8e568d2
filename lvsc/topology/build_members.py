"""The real servers of services and pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lvsc.finding import Note
from lvsc.source import Span
from lvsc.topology.build_health import checks
from lvsc.topology.desk import Desk
from lvsc.topology.merge import Named
from lvsc.topology.model import Host, Member, Origin
from lvsc.topology.ranges import is_range

# A service of a thousand real servers is large; a thousand such services are no cluster of one file.
MAX_MEMBERS = 500_000


class Members:
    """Finds the real servers of services and pools; ranges are expanded once."""

    def __init__(self, desk: Desk, servers: Mapping[str, Host], pools: Mapping[str, Named]) -> None:
        self.desk = desk
        self.servers = servers
        self.pools = pools
        self.expanded: dict[str, list[str]] = {}
        self.left = MAX_MEMBERS

    def check_pools(self, used: set[str]) -> None:
        """What is wrong with pools that no service uses."""
        for name, pool in self.pools.items():
            if name not in used:
                for _ in self._each(pool.node["members"], Origin(pool.at, pool.node), "members", {}, None):
                    pass

    def of(self, item: Named, said: Mapping[str, Any], origin: Origin) -> Iterator[Member]:
        """The real servers of a service, its own or those of its pool."""
        own, pool = item.node.get("real_servers"), item.node.get("pool")
        if pool is None:
            if own is None:
                message = f"service `{item.name}` has neither `real_servers` nor `pool`"
                self.desk.say("contradiction", item.at, message, "give one of the two")
            yield from self._each(own or (), origin, "real_servers", said, origin)
        elif own is not None:
            message = f"service `{item.name}` has both `real_servers` and `pool`"
            self.desk.say("contradiction", origin.at("pool"), message, "keep one of the two")
        elif self.desk.known("pool", pool, origin.at("pool"), self.pools):
            found = self.pools[pool]
            yield from self._each(found.node["members"], Origin(found.at, found.node), "members", said, origin)

    def _each(
        self, members: Any, holder: Origin, key: str, said: Mapping[str, Any], service: Origin | None
    ) -> Iterator[Member]:
        seen: dict[str, Span] = {}
        for index, text in enumerate(members):
            at = holder.at(key, index) if isinstance(members, list) else members.key_span(text)
            node = None if isinstance(members, list) else members[text]
            names = self._names(text, at)
            twice = [name for name in names if name in seen]
            if twice:
                notes = [Note(seen[twice[0]], "it stands here first")]
                message = f"the real server `{twice[0]}`{_more(twice, text)} is listed twice"
                self.desk.say("duplicate-name", at, message, "keep one of the two", notes)
            new = [name for name in names if name not in seen]
            seen.update(dict.fromkeys(new, at))
            origin = Origin(at, node)
            settings = self._settings(node or {}, said, origin, service)
            for name in new:
                yield Member(name, origin=origin, **settings)

    def _names(self, text: str, at: Span) -> list[str]:
        """The real servers there are of a name or range."""
        if self.left < 0:
            return []
        if is_range(text) and text not in self.expanded:
            self.expanded[text] = self.desk.range(text, at)
        names = self.expanded[text] if is_range(text) else [text]
        self.left -= len(names)
        if self.left < 0:
            message = f"`{text}` brings the real servers of all services together above {MAX_MEMBERS}"
            self.desk.say("wrong-value", at, message, "split the cluster into several topologies")
            return []
        unknown = [name for name in names if name not in self.servers]
        if unknown:
            self.desk.known("real server", unknown[0], at, self.servers, _more(unknown, text))
        return [name for name in names if name in self.servers] if unknown else names

    def _settings(
        self, node: Mapping[str, Any], said: Mapping[str, Any], origin: Origin, service: Origin | None
    ) -> dict[str, Any]:
        upper = node.get("upper_threshold", said.get("upper_threshold", 0))
        lower = node.get("lower_threshold", said.get("lower_threshold", 0))
        # ip_vs_ctl.c, ip_vs_add_dest: -ERANGE.
        if lower > upper:
            at = service.at("lower_threshold") if service and "lower_threshold" not in node else None
            above = f"above `upper_threshold`, {upper}" if upper else "but there is no `upper_threshold`"
            message, remedy = f"`lower_threshold` is {lower}, {above}", f"write `upper_threshold: {lower}` or more"
            self.desk.say("contradiction", at or origin.at("lower_threshold"), message, remedy)
        own = {"checks": checks(self.desk, node["health"], origin)} if "health" in node else {}
        return {
            **own,
            "port": node.get("port"),
            "weight": node.get("weight", said.get("weight", 1)),
            "upper_threshold": upper,
            "lower_threshold": lower,
        }


def _more(names: list[str], text: str) -> str:
    return f" and {len(names) - 1} more of `{text}`" if len(names) > 1 else ""
