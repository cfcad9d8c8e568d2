"""The ways of a page: for each class of equal ways a packet there and back, hop by hop, as a table of lanes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lvsc.report.case import target
from lvsc.report.plain import markup
from lvsc.report.walk import PlaceOf, ended, lost, way
from lvsc.walk import Hop, Walk
from lvsc.words import Verdict

_MOST_WAYS, _MOST_NAMES = 150, 12
_SIGNS = {"out": "→", "back": "←", "lost": "✕", "near": "?"}
_TURNS = {"out": "there", "back": "back", "lost": "lost", "near": "neighbours"}


class Way(NamedTuple):
    """A walk, the services and real servers that it stands for, when it was made, and where its facts are stated."""

    walk: Walk
    services: Sequence[str]
    servers: Sequence[str]
    when: str
    place: PlaceOf

    @property
    def works(self) -> bool:
        """Whether the client is answered through a director."""
        return self.walk.verdict is Verdict.WORKS


def ways(found: Sequence[Way]) -> Iterator[str]:
    """The section: what does not work first."""
    yield '<section id="ways"><h2>Ways</h2>'
    if found:
        yield (
            "<p>A client's packet on its way to a real server and back, one for each class of equal ways. "
            "Open one and step through it with the arrow keys.</p>"
        )
    else:
        yield "<p>No client, service and real server to walk between.</p>"
    ordered = sorted(found, key=lambda each: each.works)
    for number, each in enumerate(ordered[:_MOST_WAYS], 1):
        yield from _way(f"way-{number}", each)
    if len(found) > _MOST_WAYS:
        yield f"<p>And {len(found) - _MOST_WAYS} more ways.</p>"
    yield "</section>"


def _way(name: str, shown: Way) -> Iterator[str]:
    walk = shown.walk
    state = "fine" if shown.works else "error"
    yield f'<details class="way" id="{name}"{"" if shown.works else " open"}>'
    yield (
        f'<summary><span class="state {state}">{walk.verdict.value}</span> '
        f"<b>{markup(walk.ask.origin)}</b> to <b>{_names(shown.services)}</b> "
        f"<small>{markup(target(walk.ask))}, {_names(shown.servers)}"
        f"{', ' + markup(shown.when) if shown.when else ''}</small></summary>"
    )
    hops = way(walk)
    yield from _lanes(name, hops, shown.place) if hops else ["<p>It has no route there.</p>"]
    for line in ended(walk):
        yield f'<p class="end">{markup(line.strip())}</p>'
    yield "</details>"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(map(markup, names[:_MOST_NAMES]))
    return shown + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")


def _lanes(name: str, hops: Sequence[Hop], place: PlaceOf) -> Iterator[str]:
    """A column for each host, in the order in which the packet meets them; a row for each hop."""
    hosts = list(dict.fromkeys(hop.host for hop in hops))
    yield '<div class="wide"><table class="lanes">'
    heads = "".join(f'<th scope="col">{markup(host)}</th>' for host in hosts)
    yield f'<thead><tr>{heads}<th scope="col" class="told">what it does, and why</th></tr></thead><tbody>'
    before = hops[0].host
    for number, hop in enumerate(hops, 1):
        kind = _kind(hop)
        yield f'<tr id="{name}-hop-{number}" class="{kind}" tabindex="-1">'
        yield _cells(hosts, hop.host, before, kind)
        yield f'<td class="told">{_told(f"#{name}-hop-{number}", hop, kind, place)}</td></tr>'
        before = hop.host
    yield "</tbody></table></div>"


def _kind(hop: Hop) -> str:
    if lost(hop):
        return "lost"
    return "near" if hop.resolves else "back" if hop.reply else "out"


def _cells(hosts: Sequence[str], host: str, before: str, kind: str) -> str:
    """The packet in its host's lane, and the line from the lane that it comes from."""
    here, there = hosts.index(host), hosts.index(before)
    low, high = min(here, there), max(here, there)
    cells = []
    for lane, _ in enumerate(hosts):
        line = [side for side, on in (("left", low < lane <= high), ("right", low <= lane < high)) if on]
        mark = f'<span class="dot" aria-hidden="true">{_SIGNS[kind]}</span>' if lane == here else ""
        cells.append(f'<td class="{" ".join(["lane", *line])}">{mark}</td>')
    return "".join(cells)


def _told(link: str, hop: Hop, kind: str, place: PlaceOf) -> str:
    device = f" {markup(hop.device)}" if hop.device else ""
    packet = f" <small>{markup(hop.packet)}</small>" if hop.packet else ""
    who = f'<a href="{link}"><span class="unseen">{_TURNS[kind]}: </span><b>{markup(hop.host)}</b>{device}</a>'
    return f"<div>{who} {markup(hop.did)}{packet}</div>{_why(hop, place)}"


def _why(hop: Hop, place: PlaceOf) -> str:
    if hop.fact is None:
        return ""
    where = place(hop)
    stated = f" <small>{markup(where)}</small>" if where else ""
    return f'<div class="why"><code>{markup(str(hop.fact))}</code>{stated}</div>'
