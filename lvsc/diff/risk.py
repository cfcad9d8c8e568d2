"""One word for what a change may do to clients, and why."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lvsc.diff.compare import Difference


class Risk(enum.Enum):
    """How much a change may hurt; each with its meaning."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def meaning(self) -> str:
        """What the word says."""
        return _MEANINGS[self]

    @property
    def rank(self) -> int:
        """0 is none."""
        return list(Risk).index(self)


_MEANINGS = {
    Risk.NONE: "no host gets another file, and everybody is answered as before",
    Risk.LOW: "hosts get other files; nobody who is answered loses that, and no connection ends",
    Risk.MEDIUM: "connections end, or less stands between clients and an outage",
    Risk.HIGH: "clients lose a service, or reach it past the director",
}


def weighed(difference: Difference) -> tuple[Risk, tuple[str, ...]]:
    """The risk, and the reasons for no lower one."""
    found = list(_reasons(difference))
    risk = max((each for each, _ in found), key=lambda each: each.rank, default=Risk.NONE)
    return risk, tuple(dict.fromkeys(why for each, why in found if each is risk))


def _reasons(difference: Difference) -> Iterator[tuple[Risk, str]]:
    for each in difference.traffic:
        if each.lost:
            how = "reaches it past the director" if each.after is not None and each.after.past else "is not answered"
            yield Risk.HIGH, f"{each.client} loses service {each.service}: it {how}"
        elif each.ended:
            yield Risk.HIGH, f"{each.client} loses service {each.service}: it is gone"
        elif each.before is not None and each.after is not None:
            was, now = len(each.before.good), len(each.after.good)
            if was > 1 and now == 1:
                yield Risk.MEDIUM, f"one real server alone answers service {each.service}"
    for cut in difference.cuts:
        risk = Risk.HIGH if cut.kind == "service" else Risk.MEDIUM
        yield risk, f"connections of service {cut.service} end: {cut.why}"
    for change in difference.failover:
        if change.lost:
            yield Risk.MEDIUM, f"service {change.service} does not outlive the loss of {change.director} any more"
    if any(each.does == "restart" for each in difference.reloads):
        yield Risk.MEDIUM, "another tool keeps the table from now on"
    if difference.files or difference.traffic:
        yield Risk.LOW, "hosts get other files" if difference.files else "others are answered"
