"""`lvsc schema`."""

from __future__ import annotations

EXAMPLE = "Example: lvsc schema > topology.schema.json"


def schema() -> None:
    """Print the JSON schema for editors."""
    from lvsc.cli.files import write_text
    from lvsc.topology.spec.published import json_schema

    write_text("-", json_schema())
