"""Two versions of a cluster, compared in every respect."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lvsc.diff.connections import Cut, cuts
from lvsc.diff.failover import FailoverChange, failover_changes
from lvsc.diff.files import FileChange, file_changes
from lvsc.diff.objects import ObjectChange, object_changes
from lvsc.diff.reloads import Reload, reloads
from lvsc.diff.risk import Risk, weighed
from lvsc.diff.side import Side
from lvsc.diff.traffic import TrafficChange, reached, traffic_changes
from lvsc.finding import Finding


@dataclass(frozen=True)
class Difference:
    """What changes from one version to the other."""

    before: Side
    after: Side
    objects: tuple[ObjectChange, ...]
    files: tuple[FileChange, ...]
    traffic: tuple[TrafficChange, ...]
    failover: tuple[FailoverChange, ...]
    cuts: tuple[Cut, ...]
    reloads: tuple[Reload, ...]

    @cached_property
    def weight(self) -> tuple[Risk, tuple[str, ...]]:
        """The risk and its reasons."""
        return weighed(self)

    @property
    def risk(self) -> Risk:
        """How much it may hurt."""
        return self.weight[0]

    @cached_property
    def new_findings(self) -> tuple[Finding, ...]:
        """What lint says of the second version and not of the first."""
        return tuple(each for name, each in self.after.named.items() if name not in self.before.named)

    @cached_property
    def gone_findings(self) -> tuple[Finding, ...]:
        """What lint says of the first version and not of the second."""
        return tuple(each for name, each in self.before.named.items() if name not in self.after.named)


def compare(before: Side, after: Side) -> Difference:
    """Every change, from the words of the file to the connections."""
    old, new = reached(before.survey), reached(after.survey)
    return Difference(
        before,
        after,
        tuple(object_changes(before.roots, after.roots)),
        tuple(file_changes(before.tree, after.tree)),
        tuple(traffic_changes(old, new)),
        tuple(failover_changes(before, after, old, new)),
        tuple(cuts(before.hosts, after.hosts)),
        tuple(reloads(before.hosts, after.hosts)),
    )
