"""The files of every managed host, and the manifest that names their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from lvsc.emit import ipbatch, ipvsadm, keepalived, modules, networkd, nftables, sysctl, systemd
from lvsc.emit.base import Emitter, File
from lvsc.state import HostState

EMITTERS: tuple[Emitter, ...] = (ipvsadm, keepalived, sysctl, modules, nftables, networkd, ipbatch, systemd)
MANIFEST = "manifest.json"


def emit_host(host: HostState) -> tuple[File, ...]:
    """All files of a host, by path; none for a host that lvsc does not manage."""
    if not host.managed:
        return ()
    return tuple(sorted(file for emitter in EMITTERS for file in emitter.emit(host)))


def emit_tree(hosts: Mapping[str, HostState]) -> dict[str, str]:
    """`<host>/<path>` to text for all hosts, and the manifest."""
    tree = {f"{name}/{file.path}": file.text for name in sorted(hosts) for file in emit_host(hosts[name])}
    return {MANIFEST: manifest(tree), **tree}


def manifest(tree: Mapping[str, str]) -> str:
    """The digest of every file, as JSON."""
    files = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in sorted(tree.items())}
    return json.dumps({"lvsc": 1, "files": files}, indent=1) + "\n"
