"""FILE_CHECK and BFD_CHECK of keepalived.conf, and the files and BFD instances that they look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lvsc.importers.draft import Option, Said
from lvsc.importers.keepalived_block import Block
from lvsc.importers.keepalived_tree import Node
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.values import address as address_of
from lvsc.words import Address, Plain

# lvsc writes such a file for every real server (lvsc.emit.keepalived: drain_file).
OWN_FILES = "/var/lib/lvsc/drain/"
_FILE = re.compile(r"/[A-Za-z0-9_./:@%+=,-]{0,199}")
_LIMIT = 65_535


@dataclass(slots=True)
class Watched:
    """Files and BFD instances by name; `used` are those that a check looks at."""

    files: Mapping[str, Node] = field(default_factory=dict)
    sessions: Mapping[str, Node] = field(default_factory=dict)
    used: dict[int, Node] = field(default_factory=dict)


def watched(top: Block) -> Watched:
    """What the checks of a file may look at; it stays in its block until it is used."""
    files = [*top.by_name.get("track_file", ()), *top.by_name.get("vrrp_track_file", ())]
    return Watched(
        {node.words[0].text: node for node in files if node.words and node.block is not None},
        {node.words[0].text: node for node in top.by_name.get("bfd_instance", ()) if node.words},
    )


def taken(ledger: Ledger, top: Block, seen: Watched) -> None:
    """Take what was used out of the block, and report what of it has no place."""
    for name in ("track_file", "vrrp_track_file", "bfd_instance"):
        left = [node for node in top.by_name.get(name, ()) if id(node) not in seen.used]
        top.by_name[name] = left
    for node in seen.used.values():
        block = Block(ledger, node)
        own = _path(block).startswith(OWN_FILES)
        for key in ("neighbor_ip", "neighbour_ip", *_TIMES, "multiplier", "passive", "max_hops", "weight"):
            block.one(key)
        if own:
            block.one("init_file")
        block.rest()


_TIMES = ("min_rx", "min_tx", "idle_tx")


def _path(block: Block) -> str:
    node = block.one("file")
    return node.words[0].text if node is not None and len(node.words) == 1 else ""


def file_check(ledger: Ledger, node: Node, block: Block, seen: Watched) -> Option | None:
    """The file, and what its number does; None where that cannot be said, or lvsc does it by itself."""
    name, weight = block.word("track_file"), block.one("weight")
    found = seen.files.get(name.text) if name is not None else None
    if name is None or found is None:
        ledger.warn("wrong-value", node.at, "FILE_CHECK names no track_file of this file", "define it")
        return None
    inner = Block(ledger, found)
    path = _path(inner)
    if path.startswith(OWN_FILES):
        seen.used[id(found)] = found
        return None
    said = weight if weight is not None else inner.one("weight")
    words = [word.text for word in said.words] if said is not None else ["1"]
    plain = bool(words) and words[0].lstrip("+-").isdecimal() and len(words[0]) < 8 and "reverse" not in words[1:]
    if not _FILE.fullmatch(path) or not plain or abs(int(words[0])) > _LIMIT:
        ledger.no_place(node.at, f"{node.text()} of {clean(path, 60)}")
        return None
    seen.used[id(found)] = found
    option: dict[str, Said[Plain]] = {"path": Said(path, name.at)}
    if int(words[0]):
        option["weight"] = Said(int(words[0]), said.at if said is not None else name.at)
    return tuple(sorted(option.items()))


def bfd_check(ledger: Ledger, node: Node, block: Block, seen: Watched, server: Address | None) -> Option | None:
    """The options of a session with the real server itself; another neighbour cannot be said."""
    name = block.word("name")
    found = seen.sessions.get(name.text) if name is not None else None
    if found is None:
        ledger.warn("wrong-value", node.at, "BFD_CHECK names no bfd_instance of this file", "define it")
        return None
    inner = Block(ledger, found)
    neighbour = inner.word("neighbor_ip") or inner.word("neighbour_ip")
    if neighbour is None or address_of(ledger, neighbour.text, neighbour.at) != server:
        ledger.no_place(node.at, f"{node.text()}, whose neighbour is not the real server")
        return None
    seen.used[id(found)] = found
    option: dict[str, Said[Plain]] = {}
    for key in _TIMES:
        word = inner.word(key)
        value = _milliseconds(word.text) if word is not None else None
        if word is not None and value is not None:
            option[key] = Said(max(value, 1000 if key == "idle_tx" else 1), word.at)
    for key, low, high in (("multiplier", 1, 255), ("max_hops", 0, 254)):
        said = inner.number(key, low, high)
        if said is not None:
            option[key] = Said(*said)
    passive = inner.has("passive")
    if passive is not None:
        option["passive"] = Said(True, passive.at)
    return tuple(sorted(option.items()))


def _milliseconds(text: str) -> int | None:
    try:
        value = round(float(text)) if len(text) < 12 else -1
    except (ValueError, OverflowError):
        return None
    return value if 0 <= value <= 10_000 else None
