"""The nftables table that sets firewall marks, read back as the very lines that lvsc writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lvsc.emit import nftables
from lvsc.finding import LvscError
from lvsc.kernel import tool
from lvsc.plan.thing import Marks, MarksValue
from lvsc.state import MarkRule
from lvsc.words import Protocol, parse_address

_CHAIN = {"name": "prerouting", "type": "filter", "hook": "prerouting", "prio": -150, "policy": "accept"}
_PROTOCOLS = {each.value: each for each in Protocol}
_EVERY_PORT = ((0, 0),)
_HANDLE = re.compile(r"\s*(.*?) # handle (\d+)")
# What nft says where there is no such table, or no nf_tables of this family in the kernel.
_ABSENT = ("No such file or directory", "not supported")


def read(key: Marks) -> MarksValue | None:
    """Its rules; None where there is no table, or no nft. Raises LvscError when nft says why it cannot."""
    if tool.found("nft") is None:
        return None
    listing = _list(key, "-j")
    if listing is None:
        return None
    document: dict[str, Any] = json.loads(listing)
    lines = list(rules(document, {}))
    if None in lines:
        lines = list(rules(document, handles(_list(key, "-a") or "")))
    return MarksValue(tuple(line or "a rule that nft does not show" for line in lines))


def _list(key: Marks, option: str) -> str | None:
    done = tool.run(["nft", option, "list", "table", key.family, key.table])
    if done.code == 0:
        return done.out
    if any(said in done.err for said in _ABSENT):
        return None
    raise LvscError(f"nft cannot list table {key.family} {key.table}: {_first(done.err)}", "run as root")


def write(key: Marks, value: MarksValue | None) -> None:
    """Replace the table in one transaction, or delete it. Raises LvscError; then nothing has changed."""
    if value is None:
        if tool.found("nft") is None:
            return
        text = f"table {key.family} {key.table}\ndelete table {key.family} {key.table}\n"
    else:
        text = nftables.table(value.rules)
    done = tool.run(["nft", "-f", "-"], text)
    if done.code:
        remedy = "the kernel needs nf_tables with the inet family: modprobe nf_tables"
        raise LvscError(f"nft refused the table of firewall marks: {_first(done.err)}", remedy)


def _first(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "it does not say why")


def handles(text: str) -> dict[int, str]:
    """What `nft -a list` shows, by handle: a rule as text that `nft -f` reads."""
    return {int(match[2]): match[1] for match in map(_HANDLE.fullmatch, text.splitlines()) if match}


def rules(document: Mapping[str, Any], texts: Mapping[int, str]) -> Iterator[str | None]:
    """The lines of a table as `nft -j` lists it; what lvsc would not write comes from `texts`, else it is None."""
    for item in document["nftables"]:
        for kind, found in item.items():
            if kind in ("metainfo", "table") or (kind == "chain" and _is_ours(found)):
                continue
            ours = _line(found) if kind == "rule" and found["chain"] == _CHAIN["name"] else None
            yield ours or _foreign(kind, found, texts.get(found.get("handle", 0)))


def _is_ours(chain: Mapping[str, Any]) -> bool:
    return all(chain.get(name) == value for name, value in _CHAIN.items())


def _foreign(kind: str, found: Mapping[str, Any], text: str | None) -> str | None:
    """What lvsc would not write: a rule as text, with its chain where that is another; else what it is called."""
    if kind != "rule":
        return f"{kind} {found.get('name', '')}".strip()
    return f"chain {found['chain']}: {text}" if text and found["chain"] != _CHAIN["name"] else text


def _line(rule: Mapping[str, Any]) -> str | None:
    """The rule as lvsc writes it, by way of what it means."""
    if "comment" in rule:
        return None
    try:
        address, ports, setting = rule["expr"]
        mark = setting["mangle"]["value"]
        protocol, numbers = _protocol(ports["match"])
        if setting["mangle"]["key"] != {"meta": {"key": "mark"}} or not isinstance(mark, int):
            return None
        meant = MarkRule(mark, _address(address["match"]), protocol, numbers)
    except (KeyError, TypeError, ValueError):
        return None
    return nftables.rule_line(meant)


def _address(match: Mapping[str, Any]) -> Any:
    address = parse_address(match["right"])
    family = "ip6" if address is not None and address.version == 6 else "ip"
    if address is None or match["op"] != "==" or match["left"] != {"payload": {"protocol": family, "field": "daddr"}}:
        raise ValueError
    return address


def _protocol(match: Mapping[str, Any]) -> tuple[Protocol, tuple[tuple[int, int], ...]]:
    left, right = match["left"], match["right"]
    if match["op"] != "==":
        raise ValueError
    if left == {"meta": {"key": "l4proto"}}:
        return _PROTOCOLS[right], _EVERY_PORT
    if left["payload"]["field"] != "dport":
        raise ValueError
    members = right["set"] if isinstance(right, dict) and "set" in right else [right]
    return _PROTOCOLS[left["payload"]["protocol"]], tuple(_ports(each) for each in members)


def _ports(member: Any) -> tuple[int, int]:
    if isinstance(member, int):
        return member, member
    low, high = member["range"]
    return int(low), int(high)
