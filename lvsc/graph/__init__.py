"""Hosts, segments and subnets: who can reach whom; networkx is not seen outside."""

from lvsc.graph.cluster import Cluster, cluster, segments_of
from lvsc.graph.routing import NextHop, RoutingTable

__all__ = ["Cluster", "NextHop", "RoutingTable", "cluster", "segments_of"]
