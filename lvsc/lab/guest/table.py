"""The connections that directors know, from /proc/net/ip_vs_conn."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from lvsc.lab.guest import netns


class Entry(NamedTuple):
    """Where a director sent a connection, and its state."""

    director: str
    server: str
    state: str


Key = tuple[str, str, int]


def connections(directors: list[str]) -> dict[Key, Entry]:
    """The entries of all directors by protocol, client address and client port."""
    found: dict[Key, Entry] = {}
    for director in directors:
        with netns.inside(director):
            try:
                with open("/proc/thread-self/net/ip_vs_conn", encoding="ascii", errors="replace") as file:
                    lines = file.read().splitlines()[1:]
            except OSError:
                continue
        for line in lines:
            words = line.split()
            if len(words) >= 8:
                key = (words[0].lower(), _address(words[1]), int(words[2], 16))
                found[key] = Entry(director, _address(words[5]), words[7])
    return found


def scheduled(directors: list[str]) -> int:
    """How many connections the directors scheduled so far, also those they keep no entry of (one-packet scheduling).

    The counters of each processor are exact; /proc/net/ip_vs_stats lags by two seconds.
    """
    count = 0
    for director in directors:
        with netns.inside(director):
            try:
                with open("/proc/thread-self/net/ip_vs_stats_percpu", encoding="ascii") as file:
                    rows = [line.split() for line in file.read().splitlines()[2:]]
            except OSError:
                continue
        count += sum(int(row[1], 16) for row in rows if row and row[0] != "~" and len(row) == 6)
    return count


def _address(text: str) -> str:
    """C0000264, or the eight groups of an IPv6 address, some kernels with brackets."""
    bare = text.strip("[]")
    if ":" in bare:
        return str(ipaddress.ip_address(bare))
    return str(ipaddress.ip_address(int(bare, 16)))
