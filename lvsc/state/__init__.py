"""HostState, the one model of what a host holds: made by `lower`, read by everything else."""

from lvsc.state.case import Ask, Before, Case, Deed
from lvsc.state.firewall import Act, Chain, FilterRule, Hook
from lvsc.state.host import Hosts, HostState
from lvsc.state.ipvs import Destination, HealthCheck, VirtualService
from lvsc.state.net import (
    MAIN_TABLE,
    Held,
    Link,
    LinkKind,
    Listener,
    MarkRule,
    Neighbour,
    PolicyRule,
    Route,
    RouteKind,
    Scope,
    SyncDaemon,
    VrrpInstance,
)

__all__ = [
    "MAIN_TABLE",
    "Act",
    "Ask",
    "Before",
    "Case",
    "Chain",
    "Deed",
    "Destination",
    "FilterRule",
    "HealthCheck",
    "Held",
    "Hook",
    "HostState",
    "Hosts",
    "Link",
    "LinkKind",
    "Listener",
    "MarkRule",
    "Neighbour",
    "PolicyRule",
    "Route",
    "RouteKind",
    "Scope",
    "SyncDaemon",
    "VirtualService",
    "VrrpInstance",
]
