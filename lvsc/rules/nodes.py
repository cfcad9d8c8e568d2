"""What the rules about Kubernetes share: the hosts that are nodes of a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lvsc.rules.base import Site
from lvsc.topology import Host, Kubernetes


class Node(NamedTuple):
    """A host that is a node, and what runs on it."""

    host: Host
    kubernetes: Kubernetes

    @property
    def who(self) -> str:
        """`real server web1`."""
        return f"{self.host.role.value} {self.host.name}"


def ipvs_nodes(site: Site) -> Iterator[Node]:
    """Nodes whose kube-proxy works in mode ipvs; of a range, which is stated in one place, the first."""
    seen: set[object] = set()
    for host in (*site.topology.directors.values(), *site.topology.real_servers.values()):
        kubernetes = host.kubernetes
        if kubernetes is not None and kubernetes.ipvs and host.origin.name not in seen:
            seen.add(host.origin.name)
            yield Node(host, kubernetes)
