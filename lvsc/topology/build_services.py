"""Services of the model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from lvsc.source import Map
from lvsc.topology.build_health import checks, sessions
from lvsc.topology.build_marks import marks, ports
from lvsc.topology.build_members import Members
from lvsc.topology.build_sorry import persistence, sorry
from lvsc.topology.build_upkeep import engine, upkeep
from lvsc.topology.desk import Desk, listed
from lvsc.topology.merge import Named
from lvsc.topology.model import Health, Host, Member, Origin, Service
from lvsc.words import FLAGS, ForwardingMethod, Protocol, Scheduler, SchedulerFlag, TunnelType


class Services:
    """Builds services against the hosts, VIPs and pools there are."""

    def __init__(
        self,
        desk: Desk,
        servers: Mapping[str, Host],
        vips: Collection[str],
        pools: Mapping[str, Named],
        defaults: Map | None,
    ) -> None:
        self.desk = desk
        self.servers = servers
        self.vips = vips
        self.members = Members(desk, servers, pools)
        self.defaults = defaults

    def build(self, named: Iterable[Named]) -> dict[str, Service]:
        """All services by name."""
        named = list(named)
        marked = marks(self.desk, named)
        found = {item.name: self._service(item, marked.get(item.name)) for item in named}
        sessions(self.desk, (service for service in found.values() if service is not None))
        self.members.check_pools({item.node["pool"] for item in named if "pool" in item.node})
        return {name: service for name, service in found.items() if service is not None}

    def _service(self, item: Named, mark: int | None) -> Service | None:
        """The service; None, once all of it was looked at, where its VIP or mode is missing."""
        origin = Origin(item.at, item.node, self.defaults)
        said = item.node if self.defaults is None else {**self.defaults, **item.node}
        known = self.desk.known("VIP", item.node["vip"], origin.at("vip"), self.vips)
        mode = self._mode(item, said)
        scheduler = Scheduler(said.get("scheduler", "wlc"))
        protocols = tuple(Protocol(word) for word in dict.fromkeys(listed(item.node.get("protocol", "tcp"))))
        who = f"service `{item.name}` has"
        self._suits(who, said, origin, mode, protocols)
        tunnel, tunnel_port = self._tunnel(who, said, origin, mode)
        held_by = engine(self.desk, said, protocols, origin)
        parts: dict[str, Any] = {
            "ports": ports(self.desk, item, origin, mark),
            "flags": self._flags(scheduler, said, origin),
            "persistence": persistence(self.desk, said.get("persistence"), origin, held_by),
            "checks": checks(self.desk, said.get("health"), origin),
            "sorry": sorry(self.desk, said.get("sorry_server"), origin, self.servers),
            "members": tuple(self.members.of(item, said, origin)),
        }
        parts["own_checks"] = tuple(_once(parts["members"]))
        parts["upkeep"] = upkeep(self.desk, said, origin, parts["members"])
        if mode is None or not known:
            return None
        return Service(
            name=item.name,
            vip=item.node["vip"],
            protocols=protocols,
            mark=mark,
            mode=mode,
            scheduler=scheduler,
            one_packet=said.get("one_packet", False),
            tunnel=tunnel,
            tunnel_port=tunnel_port,
            helper=said.get("helper"),
            origin=origin,
            **parts,
        )

    def _mode(self, item: Named, said: Mapping[str, Any]) -> ForwardingMethod | None:
        if "mode" in said:
            return ForwardingMethod(said["mode"])
        remedy = "add `mode: dr`, `mode: nat` or `mode: tun`"
        self.desk.say("missing-key", item.at, f"service `{item.name}` has no `mode`", remedy)
        return None

    def _flags(self, scheduler: Scheduler, said: Mapping[str, Any], origin: Origin) -> tuple[SchedulerFlag, ...]:
        """Flags of a default are for the schedulers that have some."""
        flags = [SchedulerFlag(word) for word in listed(said.get("scheduler_flags", []))]
        if flags and scheduler not in FLAGS:
            if origin.says("scheduler_flags"):
                message = f"the scheduler {scheduler.value} has no flags"
                remedy = "remove `scheduler_flags`, or choose sh or mh"
                self.desk.say("contradiction", origin.at("scheduler_flags"), message, remedy)
            return ()
        return tuple(flag for flag in SchedulerFlag if flag in flags)

    def _suits(
        self,
        who: str,
        said: Mapping[str, Any],
        origin: Origin,
        mode: ForwardingMethod | None,
        protocols: Iterable[Protocol],
    ) -> None:
        """Keys that ask for something only one mode or protocol has."""
        others = [protocol.value for protocol in protocols if protocol is not Protocol.UDP]
        if said.get("one_packet") and others:
            message = f"{who} protocol {' and '.join(others)}, but `one_packet` is for udp"
            remedy = "write `protocol: udp`, or `one_packet: false`"
            self.desk.say("contradiction", origin.at("one_packet"), message, remedy)
        if "helper" in said and mode not in (ForwardingMethod.NAT, None):
            message = f"{who} mode {said['mode']}, but the helper {said['helper']} is for nat"
            self.desk.say("contradiction", origin.at("helper"), message, "remove `helper`, or write `mode: nat`")

    def _tunnel(
        self, who: str, said: Mapping[str, Any], origin: Origin, mode: ForwardingMethod | None
    ) -> tuple[TunnelType, int | None]:
        """The encapsulation; the kernel refuses gue without a port (ip_vs_ctl.c: EINVAL), others have none."""
        tunnel = said.get("tunnel", {})
        kind, port = TunnelType(tunnel.get("type", "ipip")), tunnel.get("port")
        if mode not in (ForwardingMethod.TUN, None):
            if origin.says("tunnel"):
                message = f"{who} mode {said['mode']}, but `tunnel` is for tun"
                self.desk.say("contradiction", origin.at("tunnel"), message, "remove `tunnel`, or write `mode: tun`")
        elif kind is TunnelType.GUE and port is None:
            message = f"{who} a tunnel of type gue without a `port`"
            self.desk.say("missing-key", origin.at("tunnel"), message, "add the port on which real servers open it")
        elif kind is not TunnelType.GUE and port is not None:
            message = f"{who} a tunnel of type {kind.value}, but only gue has a port"
            self.desk.say("contradiction", origin.at("tunnel", "port"), message, "remove `port`, or write `type: gue`")
        return kind, port


def _once(members: Iterable[Member]) -> Iterator[Health]:
    """The checks that real servers have of their own; those of a range were said once."""
    seen: set[int] = set()
    for member in members:
        if member.checks and id(member.checks) not in seen:
            seen.add(id(member.checks))
            yield from member.checks
