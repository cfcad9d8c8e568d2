"""real_server and sorry_server of keepalived.conf, and how packets get there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lvsc.importers.draft import Said, Server, Tunnel
from lvsc.importers.keepalived_block import Block, number
from lvsc.importers.keepalived_checks import Around, Pace, checks
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.keepalived_upkeep import of_server
from lvsc.importers.keepalived_watch import Watched
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.values import address, port
from lvsc.source import Span
from lvsc.words import Address, ForwardingMethod, TunnelType

MAX_WEIGHT, MAX_COUNT = 65_535, 2_147_483_647
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Outer:
    """What a virtual server says for its real servers."""

    method: Said[ForwardingMethod]
    tunnel: Tunnel
    pace: Pace
    host: Word | None
    watched: Watched


def named(node: Node) -> str:
    """What a comment beside or above a block calls it, where that is one plain word."""
    return node.comment if _NAME.fullmatch(node.comment) else ""


def method_of(
    ledger: Ledger, node: Node | None, fallback: Said[ForwardingMethod], tunnel: Tunnel
) -> tuple[Said[ForwardingMethod], Tunnel]:
    """The forwarding method and encapsulation that an lvs_method states, else those of the block around it."""
    if node is None or not node.words:
        return fallback, tunnel
    word = node.words[0]
    if word.text not in ForwardingMethod.__members__:
        message = f"`{clean(word.text, 40)}` is no forwarding method: keepalived takes {fallback.value.name}"
        ledger.error("wrong-value", word.at, message, "write NAT, DR or TUN, in capitals")
        return fallback, tunnel
    method = ForwardingMethod[word.text]
    opened = _tunnel(ledger, node.words[1:], word.at) if method is ForwardingMethod.TUN else Tunnel()
    return Said(method, word.at), opened


def _tunnel(ledger: Ledger, words: list[Word], at: Span) -> Tunnel:
    """`type gue port 5000 csum`."""
    kind, gue = TunnelType.IPIP, None
    for index, word in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) else None
        if word.text == "type" and after is not None and after.text.upper() in TunnelType.__members__:
            kind = TunnelType[after.text.upper()]
        elif word.text == "port" and after is not None:
            gue = number(ledger, "port", after, 1, 65535)
        elif word.text in ("csum", "remcsum"):
            ledger.no_place(word.at, f"lvs_method TUN ... {word.text}")
    if kind is TunnelType.GUE and gue is None:
        ledger.error("wrong-value", at, "a tunnel of type gue without `port`", "write `type gue port NUMBER`")
        kind = TunnelType.IPIP
    return Tunnel(kind, gue[0] if gue is not None and kind is TunnelType.GUE else None)


def server(ledger: Ledger, node: Node, outer: Outer) -> Server | None:
    """A real server; None where its address cannot be read."""
    block = Block(ledger, node)
    found = where(ledger, node)
    method, tunnel = method_of(ledger, block.one("lvs_method"), outer.method, outer.tunnel)
    weight = _weight(ledger, block)
    upper, lower = _thresholds(ledger, block)
    pace, host = Pace(block, outer.pace), block.word("virtualhost") or outer.host
    alpha = block.has("alpha")
    where_to, port_to = found if found is not None else (None, None)
    around = Around(host, where_to, port_to, outer.watched, Said(True, alpha.at) if alpha else None)
    checked = checks(ledger, block, pace, around)
    kept = of_server(ledger, block)
    block.rest()
    if found is None:
        return None
    return Server(*found, node.words[0].at, method, tunnel, weight, upper, lower, checked, named(node), kept)


def sorry(ledger: Ledger, node: Node | None, outer: Outer) -> Server | None:
    """The sorry server."""
    found = where(ledger, node) if node is not None else None
    if node is None or found is None:
        return None
    return Server(*found, node.words[0].at, outer.method, outer.tunnel)


def where(ledger: Ledger, node: Node) -> tuple[Address, Said[int] | None] | None:
    """The address and port after the keyword; port 0 is the service's."""
    if not node.words:
        ledger.error("wrong-value", node.at, f"`{node.keyword}` names no address", "write one, and a port")
        return None
    found = address(ledger, node.words[0].text, node.words[0].at)
    own = port(ledger, node.words[1].text, node.words[1].at) if len(node.words) > 1 else None
    if found is None:
        return None
    return found, Said(own, node.words[1].at) if own else None


def _weight(ledger: Ledger, block: Block) -> Said[int] | None:
    found = block.number("weight", 0, MAX_COUNT)
    if found is not None and found[0] > MAX_WEIGHT:
        message = f"weight {found[0]} is above {MAX_WEIGHT}, where keepalived stops"
        ledger.warn("wrong-value", found[1], message, "write a smaller one: shares are what counts")
        return Said(MAX_WEIGHT, found[1])
    return Said(*found) if found else None


def _thresholds(ledger: Ledger, block: Block) -> tuple[Said[int] | None, Said[int] | None]:
    upper, lower = block.number("uthreshold", 0, MAX_COUNT), block.number("lthreshold", 0, MAX_COUNT)
    if lower and lower[0] > (upper[0] if upper else 0):
        message = f"`lthreshold {lower[0]}` is above the upper threshold: the kernel refuses it"
        ledger.warn("contradiction", lower[1], message, "write a lower number")
        lower = None
    return Said(*upper) if upper and upper[0] else None, Said(*lower) if lower and lower[0] else None
