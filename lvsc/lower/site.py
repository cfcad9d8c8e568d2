"""All hosts of a topology."""

from __future__ import annotations

from lvsc.lower.directors import directors
from lvsc.lower.servers import real_servers
from lvsc.lower.surroundings import surroundings
from lvsc.state import Hosts
from lvsc.topology import Topology


def lower(topology: Topology) -> Hosts:
    """The state of every host by name: directors, real servers, and the routers and clients around them."""
    return {**directors(topology), **real_servers(topology), **surroundings(topology)}
