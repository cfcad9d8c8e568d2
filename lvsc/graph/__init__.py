"""Hosts, segments and subnets: who can reach whom; networkx is not seen outside."""

from lvsc.graph.cluster import Cluster, cluster, segments_of
from lvsc.graph.routing import NextHop, next_hop

__all__ = ["Cluster", "NextHop", "cluster", "next_hop", "segments_of"]
