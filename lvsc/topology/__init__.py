"""The language: pydantic at the edge, then a frozen model in which every value knows its place."""

from lvsc.topology.build_health import broken
from lvsc.topology.load import Loaded, load
from lvsc.topology.model import (
    Client,
    Expectation,
    Failover,
    Health,
    Host,
    Kubernetes,
    Member,
    Origin,
    Persistence,
    Port,
    Segment,
    Service,
    Sorry,
    StaticRoute,
    Topology,
    Vip,
)

__all__ = [
    "Client",
    "Expectation",
    "Failover",
    "Health",
    "Host",
    "Kubernetes",
    "Loaded",
    "Member",
    "Origin",
    "Persistence",
    "Port",
    "Segment",
    "Service",
    "Sorry",
    "StaticRoute",
    "Topology",
    "Vip",
    "broken",
    "load",
]
