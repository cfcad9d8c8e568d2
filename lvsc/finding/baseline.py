"""Findings that somebody lives with for now, in a file, known by what they are about, never by their line."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from lvsc.finding.fault import LvscError
from lvsc.finding.finding import Finding
from lvsc.finding.identity import identities, objects
from lvsc.finding.ignores import Hidden
from lvsc.source import Outline


def baseline_text(findings: Iterable[Finding], outline: Outline) -> str:
    """The file for these findings: one line a finding, in the order of rules and objects, so that it merges."""
    findings = list(findings)
    pairs = zip(findings, identities(findings, outline), strict=True)
    entries = sorted(
        (finding.rule, list(objects(finding, outline)), finding.message, identity) for finding, identity in pairs
    )
    lines = [
        json.dumps({"rule": rule, "objects": about, "message": message, "identity": identity})
        for rule, about, message, identity in entries
    ]
    body = ",\n".join(f"  {line}" for line in lines)
    return f'{{"version": 1, "findings": [\n{body}\n]}}\n' if lines else '{"version": 1, "findings": []}\n'


def read_baseline(name: str, text: str) -> frozenset[str]:
    """The identities that a file holds; raises LvscError for what is no baseline."""
    try:
        document = json.loads(text)
        if document["version"] != 1:
            raise LvscError(f"{name} is a baseline of version {document['version']!r:.40}", "write it anew")
        return frozenset(str(each["identity"]) for each in document["findings"])
    except (ValueError, KeyError, TypeError) as error:
        raise LvscError(f"{name} is no baseline", "write one with --write-baseline") from error


def without_known(
    findings: Iterable[Finding], known: Collection[str], outline: Outline
) -> tuple[list[Finding], list[Hidden], int]:
    """What is new, what the baseline has, and how many entries of it are not found any more."""
    findings = list(findings)
    kept, hidden = [], []
    found = identities(findings, outline)
    for finding, identity in zip(findings, found, strict=True):
        if identity in known:
            hidden.append(Hidden(finding, "baseline", ""))
        else:
            kept.append(finding)
    return kept, hidden, len(set(known) - set(found))
