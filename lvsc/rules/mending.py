"""Fixes that rules offer: kernel settings of a host, and keys where they are stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lvsc.finding import Drop, Edit, Fix, Put
from lvsc.source import Map
from lvsc.topology import Host, Origin
from lvsc.words import sysctl_name, sysctl_path


def stating(origin: Origin, key: str) -> Map | None:
    """The mapping that states a key: the object's own, or that of the defaults; its own where neither does."""
    if origin.defaults is not None and not origin.says(key) and key in origin.defaults:
        return origin.defaults
    return origin.node


def put(node: Map | None, key: str, value: Any, safe: bool = True) -> Fix | None:
    """A fix that states a key."""
    return Fix((Put(node, key, value),), safe) if node is not None else None


def drop(node: Map | None, key: str, safe: bool = True) -> Fix | None:
    """A fix that takes a key out, where it is stated."""
    return Fix((Drop(node, key),), safe) if node is not None and key in node else None


def set_sysctl(host: Host, path: str, value: int, safe: bool = True) -> Fix | None:
    """A fix that states a kernel setting; of a host that lvsc does not manage it is never a safe one."""
    return set_sysctls([host], path, value, safe)


def set_sysctls(hosts: Iterable[Host], path: str, value: int, safe: bool = True) -> Fix | None:
    """The same for several hosts; those of one range are stated once."""
    hosts = list(hosts)
    edits = {id(host.origin.node): edit for host in hosts if (edit := _set(host, path, value)) is not None}
    return Fix(tuple(edits.values()), safe and all(host.managed for host in hosts)) if edits else None


def drop_sysctl(host: Host, path: str) -> Fix | None:
    """A fix that takes a kernel setting out, and the mapping of settings where it was the only one."""
    for owner, stated, key in _stated(host, path):
        edit = Drop(stated, key) if len(stated) > 1 else Drop(owner, "sysctls")
        return Fix((edit,), host.managed)
    return None


def _set(host: Host, path: str, value: int) -> Edit | None:
    for _, stated, key in _stated(host, path):
        return Put(stated, key, value)
    node = next((origin.node for origin in _origins(host)), None)
    if node is None:
        return None
    settings = node.get("sysctls")
    name = sysctl_name(path)
    return Put(settings, name, value) if isinstance(settings, Map) else Put(node, "sysctls", {name: value})


def _stated(host: Host, path: str) -> Iterator[tuple[Map, Map, str]]:
    """The mapping of the host, its settings, and the key there that means this setting."""
    for origin in _origins(host):
        node = origin.node
        settings = node.get("sysctls") if node is not None else None
        if node is not None and isinstance(settings, Map):
            yield from ((node, settings, key) for key in settings if sysctl_path(key) == path)


def _origins(host: Host) -> list[Origin]:
    return [host.holds.origin, host.origin] if host.holds is not None else [host.origin]
