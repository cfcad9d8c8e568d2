"""Findings about a written topology, told about the source that it was written from."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lvsc.finding import Finding, Note
from lvsc.importers.paper import Place
from lvsc.source import Span

# The rules whose findings rest on what a director's file says itself. The others look at networks, real servers and
# kernel settings, of which such a file says nothing.
SEEN = frozenset(
    {
        "address-conflict", "address-not-unicast", "check-on-another-port", "check-slower-than-interval",
        "check-without-port", "checked-too-often", "default-vrid", "destination-hash-of-one-vip", "duplicate-service",
        "duplicate-sync-id", "duplicate-vrid", "every-weight-zero", "failover-on-a-pause", "file-check-flaps",
        "hash-without-fallback",
        "host-judged-by-ping", "https-check-without-host", "judged-by-another-protocol", "late-detection",
        "overflow-at-few-connections", "persistence-for-everyone", "persistence-of-a-hash-scheduler",
        "persistence-per-port", "port-remap", "port-zero-without-persistence", "ports-become-one",
        "preempt-before-sync", "sh-weights-overflow", "sorry-server-is-real-server", "sorry-server-never-asked",
        "sorry-server-of-another-family", "standby-without-order", "sync-without-daemon",
        "threshold-counts-ended-connections", "udp-check-without-reply", "udp-judged-by-tcp",
        "udp-without-one-packet", "unchecked-service", "weights-ignored",
    }
)  # fmt: skip
# What only somebody who can check real servers has to be told.
OF_CHECKS = frozenset({"unchecked-service", "sorry-server-never-asked"})
NOT_CHECKED = (
    "not checked, because a director's file does not say it: networks, ways back, firewalls, and what real servers"
    " hold (VIPs, ARP settings, reverse-path filters)"
)
REMEDY = "`lvsc import` makes a topology of it: there all of this has a place, and lint checks it"


class Places:
    """Where the source says what stands at a place of the topology."""

    def __init__(self, places: Mapping[Place, Span], fallback: Span) -> None:
        self.places = places
        self.order = sorted(places)
        self.fallback = fallback

    def of(self, at: Span) -> Span:
        """The source's own place; else that of what stands before it on its line, or of what it belongs to."""
        here = (at.line, at.column)
        index = bisect.bisect_right(self.order, here) - 1
        if index >= 0 and self.order[index][0] == at.line:
            return self.places[self.order[index]]
        for line, column in reversed(self.order[: index + 1]):
            if column < at.column:
                return self.places[line, column]
        return self.fallback


def relocate(findings: Iterable[Finding], places: Places) -> Iterator[Finding]:
    """The findings at the source's places; of several that are one there, the first."""
    seen: set[tuple[str, Span]] = set()
    for finding in findings:
        at = places.of(finding.at)
        if (finding.rule, at) in seen:
            continue
        seen.add((finding.rule, at))
        notes = tuple(Note(places.of(note.span), note.text) for note in finding.notes)
        yield replace(finding, at=at, notes=notes, hops=())
