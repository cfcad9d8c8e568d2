"""What changes between two versions, as JSON, version 1 (schemas/diff.schema.json)."""

from __future__ import annotations

import json
from typing import Any

from lvsc.diff import Difference, Reach
from lvsc.finding import Finding


def as_json(difference: Difference) -> str:
    """A document that is whole also when nothing changes."""
    risk, reasons = difference.weight
    document = {
        "version": 1,
        "before": difference.before.name,
        "after": difference.after.name,
        "risk": risk.value,
        "reasons": list(reasons),
        "traffic": [
            {
                "service": each.service,
                "client": each.client,
                "lost": each.lost or each.ended,
                "before": _reach(each.before),
                "after": _reach(each.after),
            }
            for each in difference.traffic
        ],
        "failover": [
            {"service": each.service, "director": each.director, "lost": each.lost, "clients": list(each.clients)}
            for each in difference.failover
        ],
        "connections": [
            {"cut": each.kind, "service": each.service, "real_server": each.real_server or None, "why": each.why}
            for each in difference.cuts
        ],
        "reloads": [{"director": each.director, "does": each.does, "what": each.what} for each in difference.reloads],
        "objects": [
            {
                "change": each.kind,
                "name": each.name,
                "values": [{"path": one.path, "before": one.before, "after": one.after} for one in each.values],
            }
            for each in difference.objects
        ],
        "files": [
            {"host": each.host, "path": each.path, "change": each.kind, "diff": "".join(f"{x}\n" for x in each.lines)}
            for each in difference.files
        ],
        "findings": {
            "new": [_finding(each) for each in difference.new_findings],
            "gone": [_finding(each) for each in difference.gone_findings],
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _reach(reach: Reach | None) -> dict[str, Any] | None:
    if reach is None:
        return None
    return {"answered_by": list(reach.good), "past_the_director": list(reach.past), "not": dict(reach.fails)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": finding.at.file,
        "line": finding.at.line,
        "column": finding.at.column,
    }
