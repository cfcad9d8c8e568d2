"""A client gets no answer from a service, and no other rule says why.

Why it hurts
    lvsc follows a packet from each client to each service and back, through
    every real server, as Linux would: neighbours, routes, filters, IPVS,
    tunnels. This one got lost. What other rules know by its cause is named
    by them; the rest is shown here with the hops, the last of which tells
    where the packet ends and which fact decided it.
Wrong
    routers: {core: {...,
        routes: [{to: 192.0.2.11/32, via: 198.51.100.9}]}}
Right
    routers: {core: {...}}
Source
    `lvsc walk TOPOLOGY CLIENT SERVICE` shows the whole way
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.finding import Finding, Note, Severity
from lvsc.rules.base import Rule, Site, named
from lvsc.rules.evidence import explain, place_of, steps
from lvsc.walk import End
from lvsc.walk.survey import Failure

RULE = Rule("unreachable", Severity.ERROR)
_REMEDIES = {
    None: "keep every host but the director from answering for the VIP",
    End.NO_NEIGHBOUR: "give a host on that network the address, or send by another next hop",
    End.NO_ROUTE: "give the host a route there",
    End.NOT_LOCAL: "give the host the address, or let it forward",
    End.MARTIAN_SOURCE: "send the reply by another gateway, or set accept_local on the host",
    End.REVERSE_PATH: "set rp_filter to 0 or 2 there, or give the host a route back by that device",
    End.LOOP: "put the real server on a network of the director's, or give it the VIP",
    End.NO_DESTINATION: "give the service a real server that can take the connection",
    End.PORT_CLOSED: "let the real server's application listen on the port",
    End.WRONG_SOURCE: "send the reply through the director",
    End.TOO_BIG: "make the MTU of the networks on the way equal",
    End.NOT_OPENED: "give the real server a tunnel device for it",
    End.SENT_NOWHERE: "take the address or route off that device",
    End.TORN: "let one host alone answer for the address",
}


def check(site: Site, findings: Iterable[Finding] | None = None) -> Iterator[Finding]:
    """One finding for each place and way to end; `findings` are those of the other rules."""
    if findings is None:
        from lvsc.rules import others

        findings = others(site)
    yield from unexplained(site, explain(site, findings)[1])


def unexplained(site: Site, failures: Iterable[Failure]) -> Iterator[Finding]:
    """The findings for failing walks that no rule explains."""
    causes: dict[object, list[Failure]] = {}
    for failure in failures:
        servers = {server for _, server in failure.pairs}
        if any(site.hosts[server].unknown for server in servers if server in site.hosts):
            continue
        last = failure.hops[-1] if failure.hops else None
        key = (failure.end, last.host, last.fact) if last is not None and failure.end is not None else failure.trip[1:3]
        causes.setdefault(key, []).append(failure)
    for same in causes.values():
        yield _finding(site, same)


def _finding(site: Site, failures: list[Failure]) -> Finding:
    first = failures[0]
    trip, last = first.trip, first.hops[-1] if first.hops else None
    pairs = list(dict.fromkeys(pair for failure in failures for pair in failure.pairs))
    services, servers = dict.fromkeys(name for name, _ in pairs), dict.fromkeys(name for _, name in pairs)
    clients = dict.fromkeys(failure.trip.client for failure in failures)
    what = f"{named(clients)} gets no answer from {named(services)} through {named(servers)}"
    if first.end is None:
        what = f"{named(clients)} reaches {named(services)} past director {trip.director}"
    where = f": {last.did} on {last.host}" if last is not None and first.end is not None else ""
    service = site.topology.services[trip.service.name]
    at = place_of(site, last) or service.origin.name
    notes = [Note(service.origin.name, "the service")] if at != service.origin.name else []
    remedy = _REMEDIES.get(first.end, "follow the packet with `lvsc walk`, and mend the last hop")
    return RULE.at(at, f"{what}, {first.when}{where}", remedy, notes, steps(site, first))
