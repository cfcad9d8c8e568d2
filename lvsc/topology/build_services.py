"""Services and their real servers of the model."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lvsc.finding import Note
from lvsc.source import Map, Span
from lvsc.topology.build_health import health, persistence, sorry
from lvsc.topology.desk import Desk, listed
from lvsc.topology.merge import Named
from lvsc.topology.model import Host, Member, Origin, Service, Vip
from lvsc.topology.ranges import is_range
from lvsc.words import FLAGS, ForwardingMethod, Protocol, Scheduler, SchedulerFlag, TunnelType

Pools = Mapping[str, Named]
# Chosen marks stay below kube-proxy's bits 0x4000 and 0x8000, and above the small numbers people choose by hand.
_FIRST_MARK, _MARKS = 0x100, 0x3E00


class Services:
    """Builds services against the hosts, VIPs and pools there are."""

    def __init__(
        self, desk: Desk, servers: Mapping[str, Host], vips: Mapping[str, Vip], pools: Pools, defaults: Map | None
    ) -> None:
        self.desk = desk
        self.servers = servers
        self.vips = vips
        self.pools = pools
        self.defaults = defaults
        self.expanded: dict[str, list[str]] = {}

    def build(self, named: Iterable[Named]) -> dict[str, Service]:
        """All services by name."""
        named = list(named)
        marks = self._marks(named)
        return {item.name: found for item in named if (found := self._service(item, marks.get(item.name))) is not None}

    def _marks(self, named: list[Named]) -> dict[str, int]:
        """The mark of each service that has one: as written, else from its name, so that it stays when others go."""
        marks = {item.name: item.node["mark"] for item in named if "mark" in item.node}
        taken = set(marks.values())
        for item in sorted(named, key=lambda item: item.name):
            if item.node.get("as_one") and item.name not in marks:
                mark = zlib.crc32(item.name.encode()) % _MARKS
                while mark + _FIRST_MARK in taken:
                    mark = (mark + 1) % _MARKS
                marks[item.name] = mark + _FIRST_MARK
                taken.add(mark + _FIRST_MARK)
        return marks

    def _service(self, item: Named, mark: int | None) -> Service | None:
        origin = Origin(item.at, item.node, self.defaults)
        said = item.node if self.defaults is None else {**self.defaults, **item.node}
        if not self.desk.known("VIP", item.node["vip"], origin.at("vip"), self.vips):
            return None
        if "mode" not in said:
            self.desk.say(
                "missing-key",
                item.at,
                f"service `{item.name}` has no `mode`",
                "add `mode: dr`, `mode: nat` or `mode: tun`",
            )
            return None
        scheduler = Scheduler(said.get("scheduler", "wlc"))
        tunnel = said.get("tunnel", {})
        return Service(
            name=item.name,
            vip=item.node["vip"],
            protocols=tuple(Protocol(word) for word in dict.fromkeys(listed(item.node.get("protocol", "tcp")))),
            ports=self._ports(item, origin, mark),
            mark=mark,
            mode=ForwardingMethod(said["mode"]),
            scheduler=scheduler,
            flags=self._flags(scheduler, said, origin),
            persistence=persistence(self.desk, said.get("persistence"), origin),
            one_packet=said.get("one_packet", False),
            tunnel=TunnelType(tunnel.get("type", "ipip")),
            tunnel_port=tunnel.get("port"),
            helper=said.get("helper"),
            health=health(self.desk, said.get("health"), origin),
            sorry=sorry(self.desk, said.get("sorry_server"), origin, self.servers),
            members=tuple(self._members(item, said, origin)),
            origin=origin,
        )

    def _flags(self, scheduler: Scheduler, said: Mapping[str, Any], origin: Origin) -> tuple[SchedulerFlag, ...]:
        flags = [SchedulerFlag(word) for word in listed(said.get("scheduler_flags", []))]
        if flags and scheduler not in FLAGS:
            self.desk.say(
                "contradiction",
                origin.at("scheduler_flags"),
                f"the scheduler {scheduler.value} has no flags",
                "remove `scheduler_flags`, or choose sh or mh",
            )
        return tuple(flag for flag in SchedulerFlag if flag in flags)

    def _ports(self, item: Named, origin: Origin, mark: int | None) -> tuple[tuple[int, int], ...]:
        values = self.desk.pair(origin, "port", "ports")
        if not values and mark is None:
            self.desk.say(
                "missing-key", item.at, f"service `{item.name}` has no port", "add `port:`, or `port: 0` for every port"
            )
        return tuple(span for value, at in values if (span := self._port(value, at, mark)) is not None)

    def _port(self, value: int | str, at: Span, mark: int | None) -> tuple[int, int] | None:
        if isinstance(value, int):
            return (value, value)
        low, high = map(int, value.split("-"))
        if not 1 <= low <= high <= 65535:
            self.desk.say("wrong-value", at, f"`{value}` is no range of ports", "write a range such as 30000-31000")
        elif mark is None:
            self.desk.say(
                "contradiction", at, f"the range {value} needs one service for all its ports", "add `as_one: true`"
            )
        else:
            return (low, high)
        return None

    def _members(self, item: Named, said: Mapping[str, Any], origin: Origin) -> Iterator[Member]:
        own, pool = item.node.get("real_servers"), item.node.get("pool")
        if (own is None) == (pool is None):
            what = "both `real_servers` and `pool`" if own is not None else "neither `real_servers` nor `pool`"
            self.desk.say("contradiction", item.at, f"service `{item.name}` has {what}", "give one of the two")
            return
        holder = origin
        if pool is not None:
            if not self.desk.known("pool", pool, origin.at("pool"), self.pools):
                return
            holder = Origin(self.pools[pool].at, self.pools[pool].node)
            own = self.pools[pool].node["members"]
        yield from self._each(own, holder, "real_servers" if pool is None else "members", said)

    def _each(self, members: Any, holder: Origin, key: str, said: Mapping[str, Any]) -> Iterator[Member]:
        seen: dict[str, Span] = {}
        for index, text in enumerate(members):
            at = holder.at(key, index) if isinstance(members, list) else members.key_span(text)
            node = None if isinstance(members, list) else members[text]
            for name in self._names(text, at):
                if not self.desk.known("real server", name, at, self.servers):
                    continue
                if name in seen:
                    self.desk.say(
                        "duplicate-name",
                        at,
                        f"the real server `{name}` is listed twice",
                        "keep one of the two",
                        [Note(seen[name], "it stands here first")],
                    )
                    continue
                seen[name] = at
                yield _member(name, node or {}, said, Origin(at, node))

    def _names(self, text: str, at: Span) -> list[str]:
        if not is_range(text):
            return [text]
        if text not in self.expanded:
            self.expanded[text] = self.desk.range(text, at)
        return self.expanded[text]


def _member(name: str, node: Mapping[str, Any], said: Mapping[str, Any], origin: Origin) -> Member:
    return Member(
        server=name,
        port=node.get("port"),
        weight=node.get("weight", said.get("weight", 1)),
        upper_threshold=node.get("upper_threshold", said.get("upper_threshold", 0)),
        lower_threshold=node.get("lower_threshold", said.get("lower_threshold", 0)),
        origin=origin,
    )
