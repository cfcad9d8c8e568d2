"""HostStates and cases as plain values for JSON; what a reader would fill in is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from lvsc.snapshot.defaults import LOOPBACK, anywhere, kind_of, mtu_of, named, role_shown
from lvsc.state import (
    Before,
    Case,
    Chain,
    Destination,
    FilterRule,
    Held,
    HostState,
    Link,
    Route,
    VirtualService,
    VrrpInstance,
)
from lvsc.words import Family, family_of, sysctl_name

VERSION = 1
_RANGES = ("ports", "source_ports")


def case_json(case: Case) -> dict[str, Any]:
    """The document of a case."""
    held = {name: host.addresses for name, host in case.hosts.items()}
    return {
        "version": VERSION,
        "name": case.name,
        "hosts": [_host(host, held) for host in case.hosts.values()],
        **({"first": list(case.first)} if case.first else {}),
        **({"asks": [{**_entry(ask), **_before(ask.before)} for ask in case.asks]} if case.asks else {}),
    }


def host_json(host: HostState) -> dict[str, Any]:
    """The document of one host."""
    return {"version": VERSION, **_host(host, {})}


def _before(before: tuple[Before, ...]) -> dict[str, Any]:
    return {"before": [_entry(each) for each in before]} if before else {}


def _host(host: HostState, held: Mapping[str, tuple[Held, ...]]) -> dict[str, Any]:
    nested = _nests(host)
    document: dict[str, Any] = {
        "name": host.name,
        "role": None if host.role is role_shown(host) else host.role.value,
        "managed": host.managed,
        "links": list(_links(host, host.addresses[:nested])),
        "addresses": [_entry(each) for each in host.addresses[nested:]],
        **{key: _settings(getattr(host, key)) for key in ("early", "sysctls", "late")},
        "routes": [_route(route) for route in host.routes],
        **{key: [_entry(each) for each in getattr(host, key)] for key in ("rules", "neighbours")},
        "chains": [_chain(chain) for chain in host.chains],
        "marks": [_entry(each) for each in host.marks],
        "ipvs": [_service(service, host.name, held) for service in host.ipvs],
        "vrrp": [_vrrp(each) for each in host.vrrp],
        "sync": _entry(host.sync) if host.sync else None,
        "listens": [_entry(each) for each in host.listens],
        "unknown": sorted(host.unknown),
        "unmodelled": list(host.unmodelled),
        "timeouts": list(host.timeouts) if host.timeouts else None,
    }
    return {key: value for key, value in document.items() if value}


def _nests(host: HostState) -> int:
    """How many addresses can be written in their devices and are read again in the same order."""
    order = {link.name: index for index, link in enumerate(host.links)}
    last = 0
    for count, held in enumerate(host.addresses):
        if order.get(held.device, -1) < last:
            return count
        last = order[held.device]
    return len(host.addresses)


def _links(host: HostState, nested: tuple[Held, ...]) -> Iterator[dict[str, Any]]:
    for link in host.links:
        addresses = [_nested(held) for held in nested if held.device == link.name]
        if link != LOOPBACK or addresses:
            yield {**_link(link, host), **({"addresses": addresses} if addresses else {})}


def _link(link: Link, host: HostState) -> dict[str, Any]:
    entry = _entry(link)
    parent = next((each for each in host.links if each.name == link.parent), None)
    if link.kind is kind_of(link.name):
        del entry["kind"]
    entry.pop("mtu", None)
    if link.mtu != mtu_of(link.kind, parent):
        entry["mtu"] = link.mtu
    return entry


def _nested(held: Held) -> Any:
    entry = _entry(held)
    del entry["device"]
    return entry["address"] if len(entry) == 1 else entry


def _settings(settings: tuple[tuple[str, int], ...]) -> list[list[Any]]:
    return [[sysctl_name(path), value] for path, value in settings]


def _route(route: Route) -> dict[str, Any]:
    entry = _entry(route)
    if route.to == anywhere(route.to.version):
        entry["to"] = "default"
        near = route.via or route.source
        if (near.version if near else 4) != route.to.version:
            entry["family"] = route.to.version
    return entry


def _chain(chain: Chain) -> dict[str, Any]:
    rules = [_filter_rule(rule) for rule in chain.rules]
    return {"family": chain.family, **_entry(chain), **({"rules": rules} if rules else {})}


def _filter_rule(rule: FilterRule) -> dict[str, Any]:
    entry = _entry(rule)
    if rule.ipvs:
        entry["ipvs"] = {"address": str(rule.ipvs[0]), "port": rule.ipvs[1]}
    return entry


def _service(service: VirtualService, director: str, held: Mapping[str, tuple[Held, ...]]) -> dict[str, Any]:
    entry = _entry(service)
    if service.name == str(service):
        del entry["name"]
    if service.netmask == service.family.bits:
        entry.pop("netmask", None)
    if service.mark is not None:
        for key in ("port", "protocol"):
            entry.pop(key)
    if service.family is _family_shown(service):
        del entry["family"]
    if service.destinations:
        entry["destinations"] = [_destination(each, service, director, held) for each in service.destinations]
    checks = entry.pop("checks", None)
    if checks:
        entry["health"] = checks[0] if len(checks) == 1 else checks
    if service.sorry:
        entry["sorry"] = _destination(service.sorry, service, director, held)
    return entry


def _family_shown(service: VirtualService) -> Family:
    addresses = [service.address, *(each.address for each in service.destinations)]
    return next((family_of(address) for address in addresses if address is not None), Family.V4)


def _destination(
    destination: Destination, service: VirtualService, director: str, held: Mapping[str, tuple[Held, ...]]
) -> dict[str, Any]:
    entry = _entry(destination)
    if named(destination, held, director):
        del entry["name"]
    if destination.port == service.port:
        del entry["port"]
    return entry


def _vrrp(instance: VrrpInstance) -> dict[str, Any]:
    entry = _entry(instance)
    entry["addresses"] = [{"address": str(address), "device": device} for address, device in instance.addresses]
    return entry


def _entry(thing: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults."""
    return {
        field.name: _plain(value) if field.name not in _RANGES else [_range(each) for each in value]
        for field in fields(thing)
        if field.init and _differs(value := getattr(thing, field.name), field.default)
    }


def _differs(value: Any, default: Any) -> bool:
    return value is not None and value != default if default is not MISSING else value is not None


def _range(ports: tuple[int, int]) -> int | str:
    low, high = ports
    return low if low == high else f"{low}-{high}"


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (IPv4Address, IPv6Address)):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return _entry(value)
    return str(value)
