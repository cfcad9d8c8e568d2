"""One version of a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lvsc.emit import MANIFEST, emit_tree
from lvsc.finding import Finding
from lvsc.finding.identity import identities
from lvsc.source import Map, Outline
from lvsc.state import Hosts
from lvsc.walk.survey import Survey


@dataclass(frozen=True)
class Side:
    """What a version says and what its hosts hold; `usable` is false where its text is wrong."""

    name: str
    roots: Sequence[Map]
    hosts: Hosts
    findings: Sequence[Finding]
    usable: bool = True

    @cached_property
    def survey(self) -> Survey:
        """Its walks."""
        return Survey(self.hosts)

    @cached_property
    def tree(self) -> Mapping[str, str]:
        """The files of its hosts."""
        return {path: text for path, text in emit_tree(self.hosts).items() if path != MANIFEST}

    @cached_property
    def named(self) -> Mapping[str, Finding]:
        """Its findings by what they are known by."""
        return dict(zip(identities(self.findings, Outline(self.roots)), self.findings, strict=True))
