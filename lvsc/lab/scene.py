"""HostStates as a scene: what the guest builds, with which tools, and what it asks of the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lvsc.emit import emit_host
from lvsc.emit.ipbatch import link_lines, route_line
from lvsc.emit.modules import needed
from lvsc.lab.probes import Probe, probes
from lvsc.state import HealthCheck, Held, Hosts, HostState, Link
from lvsc.state.serving import serves
from lvsc.words import HostRole

_TOOLS = {
    "etc/lvsc/network.batch": "ip",
    "etc/lvsc/network6.batch": "ip6",
    "etc/lvsc/marks.nft": "nft",
    "etc/lvsc/ipvsadm.rules": "ipvsadm",
    "etc/keepalived/keepalived.conf": "keepalived",
}
_SYSCTL = "etc/sysctl.d/90-lvsc.conf"
_SETTLE = 20.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A cluster to play: its hosts, and the probes whose answers are wanted.

    `order` names hosts that hear broadcasts first, in that order; `commands`
    are run on hosts after the probes, for tests that ask a tool.
    """

    name: str
    hosts: Hosts
    probes: tuple[Probe, ...]
    order: tuple[str, ...] = ()
    commands: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def needs_nft(self) -> bool:
        """Whether a host sets marks, which user-mode Linux cannot."""
        return any(host.marks for host in self.hosts.values())

    @property
    def modules(self) -> tuple[str, ...]:
        """The kernel modules that its hosts need."""
        found = {module: None for host in self.hosts.values() for module in needed(host)}
        return tuple({"ip_vs": None, **found})


def scene(name: str, hosts: Hosts, sample: int | None = None) -> Scene:
    """The scene of a cluster; with a sample, of so many real servers of each service."""
    if sample is not None:
        hosts = sampled(hosts, sample)
    return Scene(name, hosts, tuple(probes(hosts)))


def sampled(hosts: Hosts, count: int) -> Hosts:
    """The cluster with at most `count` real servers a service, spread over all of them."""
    kept: set[str] = set()
    for host in hosts.values():
        for service in host.ipvs:
            names = list(dict.fromkeys(each.name for each in service.destinations if each.weight))
            step = max(1, len(names) / count)
            kept.update(names[int(index * step)] for index in range(min(count, len(names))))
    return {
        name: _thinned(host, kept)
        for name, host in hosts.items()
        if host.role is not HostRole.REAL_SERVER or name in kept
    }


def _thinned(host: HostState, kept: set[str]) -> HostState:
    services = tuple(
        replace(service, destinations=tuple(each for each in service.destinations if each.name in kept))
        for service in host.ipvs
    )
    return replace(host, ipvs=services)


def as_json(scene: Scene) -> dict[str, Any]:
    """The scene as the guest reads it."""
    serving = serves(scene.hosts)
    return {
        "name": scene.name,
        "settle": _SETTLE,
        "pause": _pause(scene.hosts) if scene.probes else 0,
        "quick": True,
        "segments": list(_segments(scene)),
        "moving": _moving(scene.hosts),
        "directors": [name for name, host in scene.hosts.items() if host.role is HostRole.DIRECTOR],
        "hosts": {name: _host(host, serving.get(name, [])) for name, host in scene.hosts.items()},
        "probes": [probe.as_json() for probe in scene.probes],
        "commands": [{"host": host, "command": list(command)} for host, command in scene.commands],
    }


def _pause(hosts: Hosts) -> float:
    """Seconds until real servers that start as down have been found to work."""
    every = [(service, check) for host in hosts.values() for service in host.ipvs for check in service.every_check()]
    waits = (_first_result(check) for service, check in every if check.alpha or service.upkeep.alpha)
    return min(_SETTLE, max(waits, default=0.0))


def _first_result(check: HealthCheck) -> float:
    """check_http.c asks for a page an interval; the first check waits for up to the warmup."""
    option = dict(check.option)
    pages = 1 if option.get("fast_recovery") else len(option.get("urls", ("",)))  # type: ignore[arg-type]
    first = check.interval if check.warmup is None else check.warmup
    return (first + (pages - 1) * check.interval + check.timeout) / 1000


def segments(hosts: Hosts, attached: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The wires and what is plugged into each, the hosts in the order in which they are attached."""
    found: dict[str, list[tuple[str, Link]]] = {}
    for name in attached:
        for link in hosts[name].links:
            if link.segment is not None:
                found.setdefault(link.segment, []).append((name, link))
    for ports in found.values():
        yield {
            "mtu": max(link.mtu for _, link in ports),
            "ports": [[host, link.name, link.mac] for host, link in ports],
        }


def _segments(scene: Scene) -> Iterator[dict[str, Any]]:
    return segments(scene.hosts, sorted(scene.hosts, key=lambda name: _attached(scene, name)))


def _attached(scene: Scene, name: str) -> int:
    """The turn in which a host is attached: a bridge floods its newest port first, so directors lose races."""
    if name in scene.order:
        return len(scene.order) - scene.order.index(name)
    return -1 if scene.hosts[name].role is HostRole.DIRECTOR else 0


def _moving(hosts: Hosts) -> dict[str, list[str]]:
    """The addresses that VRRP moves, with the hosts that may hold each."""
    found: dict[str, list[str]] = {}
    for name, host in hosts.items():
        for instance in host.vrrp:
            for address, _ in instance.addresses:
                found.setdefault(str(address.ip), []).append(name)
    return found


def _host(host: HostState, serving: list[dict[str, Any]]) -> dict[str, Any]:
    files = {file.path: file.text for file in emit_host(host)}
    return {"files": files, "steps": list(_steps(host, files)), "serve": serving}


def _steps(host: HostState, files: dict[str, str]) -> Iterator[dict[str, Any]]:
    """As at boot: settings, the host's own network, what lvsc adds to it, then marks, table and daemon."""
    written = {"tool": "write", "values": [list(item) for item in host.sysctls]}
    settings = {"tool": "sysctl", "path": _SYSCTL} if _SYSCTL in files else written
    yield settings
    yield {"tool": "ip", "text": "".join(f"{line}\n" for line in _base(host))}
    for path, tool in _TOOLS.items():
        if path in files:
            yield {"tool": tool, "path": path}
            if tool == "ip" and any(link.ours for link in host.links):
                yield settings
    if not host.managed and host.sysctls:
        yield written


def _base(host: HostState) -> Iterator[str]:
    """What the host has by itself; all it holds, where lvsc does not manage it."""
    yield "link set dev lo up"
    for link in host.links:
        if link.segment is not None:
            yield f"link set dev {link.name} mtu {link.mtu} up"
        elif link.name != "lo" and not link.ours:
            yield from link_lines(link)
    yield from (_address(held) for held in host.addresses if not held.ours)
    yield from (route_line(route) for route in _reachable(host) if not route.ours)


def _address(held: Held) -> str:
    nodad = " nodad" if held.address.version == 6 else ""
    quiet = " preferred_lft 0" if held.quiet and nodad else ""
    return f"address replace {held.address} dev {held.device}{nodad}{quiet}"


def _reachable(host: HostState) -> Iterable[Any]:
    """Routes whose gateway is on the link: the kernel refuses the others, as it would on the real host."""
    near = [held.address.network for held in host.addresses]
    near += [route.to for route in host.routes if route.via is None]
    for route in host.routes:
        via = route.via
        if via is None or route.device is not None or any(via.version == n.version and via in n for n in near):
            yield route
