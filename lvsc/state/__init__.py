"""HostState, the one model of what a host holds: made by `lower`, read by everything else."""

from lvsc.state.host import Hosts, HostState
from lvsc.state.ipvs import Destination, HealthCheck, VirtualService
from lvsc.state.net import Held, Link, LinkKind, MarkRule, Route, SyncDaemon, VrrpInstance

__all__ = [
    "Destination",
    "HealthCheck",
    "Held",
    "HostState",
    "Hosts",
    "Link",
    "LinkKind",
    "MarkRule",
    "Route",
    "SyncDaemon",
    "VirtualService",
    "VrrpInstance",
]
