"""The nftables table that sets firewall marks: read back as the lines that lvsc writes, replaced in one transaction."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

from lvsc.emit import nftables
from lvsc.finding import LvscError
from lvsc.plan.thing import Marks, MarksValue

_SECONDS = 10


def read(key: Marks) -> MarksValue | None:
    """Its rules; None where there is no such table, or no nft to ask."""
    try:
        done = _nft(["-j", "list", "table", key.family, key.table])
    except FileNotFoundError:
        return None
    return MarksValue(tuple(lines(json.loads(done.stdout)))) if done.returncode == 0 else None


def lines(document: dict[str, Any]) -> Iterator[str]:
    """The rules of nft's JSON as lvsc writes them; one that lvsc would not write, as JSON."""
    for entry in document.get("nftables", []):
        rule = entry.get("rule")
        if rule is not None:
            known = _line(rule.get("expr", [])) if rule.get("chain") == "prerouting" else None
            yield known or json.dumps(rule.get("expr", []), sort_keys=True)


def _line(expressions: list[dict[str, Any]]) -> str | None:
    """`ip daddr 192.0.2.1 tcp dport { 80, 443 } meta mark set 1`."""
    words = []
    for each in expressions:
        word = _match(each["match"]) if "match" in each else _set(each.get("mangle"))
        if word is None:
            return None
        words.append(word)
    return " ".join(words) if words else None


def _match(match: dict[str, Any]) -> str | None:
    left, right = match.get("left", {}), match.get("right")
    if match.get("op") != "==":
        return None
    payload = left.get("payload", {})
    if payload.get("field") == "daddr" and payload.get("protocol") in ("ip", "ip6"):
        return f"{payload['protocol']} daddr {right}"
    if payload.get("field") == "dport":
        return f"{payload['protocol']} dport {{ {_ports(right)} }}"
    if left.get("meta", {}).get("key") == "l4proto":
        return f"meta l4proto {right}"
    return None


def _ports(right: Any) -> str:
    members = right["set"] if isinstance(right, dict) and "set" in right else [right]
    return ", ".join(
        f"{each['range'][0]}-{each['range'][1]}" if isinstance(each, dict) else str(each) for each in members
    )


def _set(mangle: dict[str, Any] | None) -> str | None:
    if not mangle or mangle.get("key") != {"meta": {"key": "mark"}} or not isinstance(mangle.get("value"), int):
        return None
    return f"meta mark set {mangle['value']}"


def write(key: Marks, value: MarksValue | None) -> None:
    """Make it these rules, or remove it. Raises LvscError when nft refuses; then nothing has changed."""
    name = f"table {key.family} {key.table}"
    text = nftables.table(value.rules) if value is not None else f"{name}\ndelete {name}\n"
    try:
        done = _nft(["-f", "-"], text)
    except FileNotFoundError as error:
        raise LvscError("nft is not installed, and this host needs firewall marks", "install nftables") from error
    if done.returncode:
        raise LvscError(
            f"nft refuses the firewall marks: {done.stderr.strip().splitlines()[0]}", "look at `nft list ruleset`"
        )


def _nft(words: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["nft", *words], input=text, capture_output=True, text=True, check=False, timeout=_SECONDS)
