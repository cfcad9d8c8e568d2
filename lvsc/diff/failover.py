"""Which services outlive the loss of one director, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lvsc.diff.side import Side
from lvsc.diff.traffic import Key, Reach, reached
from lvsc.walk.survey import Survey

# One walk of the whole cluster for each; nobody has more in one group by far.
_MOST = 16


@dataclass(frozen=True, slots=True)
class FailoverChange:
    """A service that outlives the loss of a director before but not after (`lost`), or the other way round."""

    service: str
    director: str
    lost: bool
    clients: tuple[str, ...]


def failover_changes(
    before: Side, after: Side, old: Mapping[Key, Reach], new: Mapping[Key, Reach]
) -> list[FailoverChange]:
    """Of services that are on both sides and answered there with all directors up."""
    both = [key for key in old if key in new and old[key].answered and new[key].answered]
    found = []
    for director in dict.fromkeys([*_directors(before), *_directors(after)]) if both else ():
        first, second = _without(before, director, old), _without(after, director, new)
        changed: dict[tuple[str, bool], list[str]] = {}
        for service, client in both:
            was, will = _alive(first, (service, client)), _alive(second, (service, client))
            if was != will:
                changed.setdefault((service, was), []).append(client)
        found += [FailoverChange(name, director, lost, tuple(who)) for (name, lost), who in changed.items()]
    return found


def _directors(side: Side) -> list[str]:
    return [host.name for host in side.hosts.values() if host.ipvs][:_MOST]


def _without(side: Side, director: str, all_up: Mapping[Key, Reach]) -> Mapping[Key, Reach]:
    return reached(Survey(side.hosts, (director,))) if director in side.hosts else all_up


def _alive(found: Mapping[Key, Reach], key: Key) -> bool:
    return key in found and found[key].answered
