"""HostStates and cases as JSON files, read and written; docs/states.md describes the form."""

from lvsc.snapshot.read import read_states
from lvsc.snapshot.text import json_text
from lvsc.snapshot.write import case_json, host_json

__all__ = ["case_json", "host_json", "json_text", "read_states"]
