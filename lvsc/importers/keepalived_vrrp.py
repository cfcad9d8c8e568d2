"""VRRP instances of keepalived.conf, and what moves with them."""

from __future__ import annotations

from lvsc.importers.draft import Carried, Instance, Said
from lvsc.importers.keepalived_block import Block
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.values import address
from lvsc.source import Span
from lvsc.words import Address, parse_interface

# keepalived.conf(5): 255 of an owner, 100 of everybody else.
PRIORITY, FIRST = 100, 255
_MAX_ADVERT, _LONGEST_PASSWORD = 40, 8
_STATES = ("MASTER", "BACKUP", "FAULT")


def instance(ledger: Ledger, node: Node) -> Instance:
    """One vrrp_instance block."""
    block = Block(ledger, node)
    name = node.words[0].text if node.words else ""
    if not name:
        ledger.error("wrong-value", node.at, "this vrrp_instance has no name", "write one")
    state, preempt = _state(ledger, block), _preempt(block, node)
    priority = _priority(ledger, block, node, state)
    if state is not None and state.value == "MASTER" and not preempt.value:
        message = "`nopreempt` with `state MASTER`: keepalived passes over nopreempt, and this node takes the VIPs back"
        ledger.warn("contradiction", preempt.at, message, "write `state BACKUP` on both nodes")
    _authentication(ledger, block)
    device, vrid = block.word("interface"), block.number("virtual_router_id", 1, 255)
    source, peers = block.word("unicast_src_ip"), block.all("unicast_peer")
    found = Instance(
        name=name,
        at=node.words[0].at if node.words else node.at,
        device=Said(device.text, device.at) if device else None,
        router_id=Said(*vrid) if vrid else None,
        priority=priority,
        advert=_advert(ledger, block, node),
        preempt=preempt,
        state=state,
        unicast=Said(True, peers[0].at) if peers else None,
        source=_said(ledger, source) if source else None,
        peers=tuple(_peers(ledger, peers)),
        addresses=tuple(_carried(ledger, block.all("virtual_ipaddress", "virtual_ipaddress_excluded"))),
    )
    block.rest()
    return found


def _state(ledger: Ledger, block: Block) -> Said[str] | None:
    word = block.word("state")
    if word is None:
        return None
    text = "BACKUP" if word.text in ("SLAVE", "EQUAL") else word.text
    if text != word.text:
        ledger.changed(word.at, f"state {word.text}: keepalived calls it BACKUP today")
    if text not in _STATES:
        message = f"`state {clean(word.text, 40)}` is no state: keepalived takes BACKUP"
        ledger.warn("wrong-value", word.at, message, "write MASTER or BACKUP")
        return None
    return Said(text, word.at)


def _priority(ledger: Ledger, block: Block, node: Node, state: Said[str] | None) -> Said[int]:
    found = block.number("priority", 0, 255)
    if found is None:
        message = (
            f"`{node.words[0].text if node.words else 'vrrp_instance'}` has no priority: keepalived takes {PRIORITY}"
        )
        ledger.warn("missing-key", node.at, message, "write `priority`: the nodes of a pair need different ones")
    elif found[0] == FIRST and state is not None and state.value == "BACKUP":
        message = "priority 255 is for the owner of the address, and this node is BACKUP"
        ledger.warn("wrong-value", found[1], message, "write 254 or less")
    elif found[0] == 0:
        message = "priority 0 means that a node gives up: keepalived refuses it"
        ledger.warn("wrong-value", found[1], message, "write 1 or more")
    return Said(*found) if found else Said(PRIORITY, node.at)


def _preempt(block: Block, node: Node) -> Said[bool]:
    found = block.has("nopreempt")
    return Said(found is None, found.at if found is not None else node.at)


def _advert(ledger: Ledger, block: Block, node: Node) -> Said[int]:
    """In whole seconds, as the language has it."""
    found = block.seconds("advert_int", 255)
    if found is None:
        return Said(1, node.at)
    value = min(max(1, round(found[0] / 1000)), _MAX_ADVERT)
    if value * 1000 != found[0]:
        ledger.changed(found[1], f"advert_int {found[0] / 1000:g} becomes {value}")
    return Said(value, found[1])


def _authentication(ledger: Ledger, block: Block) -> None:
    """Nothing of it is kept: VRRP version 3 has none; a password is never shown."""
    for node in block.all("authentication"):
        ledger.left_out(node.at, "authentication: VRRP version 3, which lvsc writes, has none")
        for each in node.block or ():
            for word in each.words if each.keyword != "auth_type" else ():
                ledger.secret(word.at)
            if each.keyword == "auth_pass" and each.words and len(each.words[0].text) > _LONGEST_PASSWORD:
                message = f"auth_pass is longer than {_LONGEST_PASSWORD} characters: keepalived cuts it"
                remedy = "it protects nothing: use a packet filter instead"
                ledger.warn("wrong-value", each.words[0].at, message, remedy)


def _peers(ledger: Ledger, nodes: list[Node]) -> list[Said[Address]]:
    lines = [each for node in nodes for each in node.block or ()]
    found = [_said(ledger, Word(each.keyword, each.at)) for each in lines]
    for each in lines:
        if each.words:
            ledger.no_place(each.at, f"unicast_peer {each.text()}")
    return [each for each in found if each is not None]


def _said(ledger: Ledger, word: Word) -> Said[Address] | None:
    found = address(ledger, word.text, word.at)
    return Said(found, word.at) if found is not None else None


def _carried(ledger: Ledger, nodes: list[Node]) -> list[Carried]:
    """`192.0.2.100/24 brd 192.0.2.255 dev eth0 label eth0:1`."""
    found = []
    for line in (each for node in nodes for each in node.block or ()):
        interface = parse_interface(line.keyword)
        if interface is None or getattr(interface.ip, "scope_id", None):
            message = f"`{clean(line.keyword, 60)}` is no address"
            ledger.error("wrong-value", line.at, message, "write an address such as 192.0.2.100/24")
            continue
        device, others = _device(line.words)
        if others:
            ledger.no_place(line.at, f"{clean(line.keyword, 60)} ... {' '.join(others)}")
        found.append(Carried(interface, line.at, device))
    return found


def _device(words: list[Word]) -> tuple[Said[str] | None, list[str]]:
    """The device, and what else an address has; brd and scope global are what the kernel does by itself."""
    device: Said[str] | None = None
    others: list[str] = []
    index = 0
    while index < len(words):
        text, after = words[index].text, words[index + 1] if index + 1 < len(words) else None
        index += 1 if after is None or text in ("home", "-nodad", "no_track", "mngtmpaddr") else 2
        if text == "dev" and after is not None:
            device = Said(after.text, after.at)
        elif text in ("brd", "broadcast") or (text == "scope" and after is not None and after.text == "global"):
            continue
        else:
            others.append(f"{text} {after.text}" if after is not None else text)
    return device, others


def at_of(node: Node) -> Span:
    """Where a named block has its name."""
    return node.words[0].at if node.words else node.at
