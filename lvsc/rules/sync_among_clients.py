"""Connections are synchronised on a network that clients are on.

Why it hurts
    The messages are multicast without any proof of who sent them. Any host
    of the network can read which client talks to which real server, and can
    send entries of its own that a backup director believes.
Wrong
    clients: {office: {network: edge}}, sync: {network: edge}
Right
    sync: {network: rack}, with a network of the directors alone
Source
    net/netfilter/ipvs/ip_vs_sync.c: group 224.0.0.81, port 8848
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site
from lvsc.topology import Client

RULE = Rule("sync-among-clients", Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """One finding for each group."""
    clients: dict[str | None, Client] = {}
    for client in site.topology.clients.values():
        clients.setdefault(client.network, client)
    for group in site.topology.failover.values():
        if group.sync is not None and group.sync.network in clients:
            client, network = clients[group.sync.network], group.sync.network
            message = f"failover group {group.name} synchronises connections on network {network}, where client"
            message = f"{message} {client.name} is: any host there can read them, and send some"
            notes = [Note(client.origin.name, "the client")]
            remedy = "synchronise on a network of the directors alone"
            yield RULE.at(group.origin.at("sync", "network"), message, remedy, notes)
