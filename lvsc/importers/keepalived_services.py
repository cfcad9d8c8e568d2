"""virtual_server blocks of keepalived.conf."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from lvsc.importers.draft import Said, Server, Tunnel, VirtualServer
from lvsc.importers.keepalived_block import Block, number
from lvsc.importers.keepalived_checks import Pace
from lvsc.importers.keepalived_groups import Entry, Groups, entries
from lvsc.importers.keepalived_servers import Outer, method_of, named, server, sorry
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.keepalived_upkeep import upkeep
from lvsc.importers.keepalived_watch import Watched
from lvsc.importers.ledger import Ledger, clean
from lvsc.words import Family, ForwardingMethod, Protocol, Scheduler, SchedulerFlag

MAX_SECONDS = 2_678_400
# keepalived.conf(5): persistence_timeout without a value.
PERSISTENCE = 360
_FLAGS = {"fallback": SchedulerFlag.FALLBACK, "port": SchedulerFlag.PORT}
_NUMBERED = {"flag-1": SchedulerFlag.FALLBACK, "flag-2": SchedulerFlag.PORT}
_HASHES = (Scheduler.SH, Scheduler.MH)


def services(ledger: Ledger, node: Node, groups: Groups, seen: Watched) -> list[VirtualServer]:
    """The services of one virtual_server block: one, or one for each entry of its group."""
    block = Block(ledger, node)
    wanted = entries(ledger, node, groups)
    found = _read(ledger, node, block, wanted, seen)
    block.rest()
    return [_of(found, entry) for entry in wanted]


def _read(ledger: Ledger, node: Node, block: Block, wanted: list[Entry], seen: Watched) -> VirtualServer:
    scheduler = _scheduler(ledger, node, block)
    nat = Said(ForwardingMethod.NAT, node.at)
    method, tunnel = method_of(ledger, block.one("lvs_method"), nat, Tunnel())
    outer = Outer(method, tunnel, Pace(block), block.word("virtualhost"), seen)
    protocol = _protocol(ledger, node, block)
    members = [found for each in block.all("real_server") if (found := server(ledger, each, outer)) is not None]
    family = block.word("ip_family")
    persistence, netmask = _persistence(ledger, block)
    engine, inhibited = _engine(ledger, block, protocol), block.has("sorry_server_inhibit")
    return VirtualServer(
        at=node.at, protocol=protocol, address=None, port=Said(0, node.at), mark=None, scheduler=scheduler,
        method=method, servers=tuple(members), family=_family(family, members), flags=_flags(ledger, block, scheduler),
        persistence=persistence, netmask=netmask, one_packet=_one_packet(ledger, block, protocol, wanted),
        sorry=sorry(ledger, block.one("sorry_server"), outer), name=named(node), engine=engine,
        upkeep=upkeep(ledger, block), inhibit_sorry=Said(True, inhibited.at) if inhibited else None,
    )  # fmt: skip


def _of(common: VirtualServer, entry: Entry) -> VirtualServer:
    """The service as one entry has it."""
    family = entry.family or common.family
    if entry.address is not None:
        family = Family(entry.address.value.version)
    return replace(
        common, at=entry.at, address=entry.address, port=entry.port, mark=entry.mark, family=family,
        name=entry.name or common.name,
    )  # fmt: skip


def _scheduler(ledger: Ledger, node: Node, block: Block) -> Said[Scheduler]:
    word = block.word("lvs_sched")
    if word is None:
        return Said(Scheduler.WLC, node.at)
    try:
        return Said(Scheduler(word.text), word.at)
    except ValueError:
        known = ", ".join(each.value for each in Scheduler)
        message = f"`{clean(word.text, 40)}` is no scheduler of the kernel: keepalived takes wlc"
        ledger.error("wrong-value", word.at, message, f"write one of: {known}")
        return Said(Scheduler.WLC, word.at)


def _flags(ledger: Ledger, block: Block, said: Said[Scheduler]) -> tuple[SchedulerFlag, ...]:
    scheduler = said.value
    found = {flag for word, flag in _NUMBERED.items() if scheduler in _HASHES and block.has(word)}
    for hashing in _HASHES:
        for word, flag in _FLAGS.items():
            node = block.has(f"{hashing.value}-{word}")
            if node is not None and hashing is scheduler:
                found.add(flag)
            elif node is not None:
                message = f"`{node.keyword}` is for the scheduler {hashing.value}, and this is {scheduler.value}"
                ledger.warn("contradiction", node.at, message, "remove it, or choose the scheduler")
    return tuple(flag for flag in SchedulerFlag if flag in found)


def _protocol(ledger: Ledger, node: Node, block: Block) -> Said[Protocol]:
    word = block.word("protocol")
    if word is None or word.text.upper() in Protocol.__members__:
        return Said(Protocol[word.text.upper()] if word else Protocol.TCP, word.at if word else node.at)
    message = f"`{clean(word.text, 40)}` is no protocol of IPVS"
    ledger.error("wrong-value", word.at, message, "write TCP, UDP or SCTP")
    return Said(Protocol.TCP, word.at)


def _family(word: Word | None, members: list[Server]) -> Family | None:
    if word is not None and word.text in ("inet", "inet6"):
        return Family.V6 if word.text == "inet6" else Family.V4
    versions = {each.address.version for each in members}
    return Family(versions.pop()) if len(versions) == 1 else None


def _persistence(ledger: Ledger, block: Block) -> tuple[Said[int] | None, Said[int] | None]:
    node, mask = block.one("persistence_timeout"), block.word("persistence_granularity")
    timeout: Said[int] | None = None
    if node is not None and not node.words:
        timeout = Said(PERSISTENCE, node.at)
    elif node is not None and node.words[0].text == "0":
        message = "keepalived refuses `persistence_timeout 0`: the service has no persistence"
        ledger.warn("wrong-value", node.words[0].at, message, "remove the line")
    elif node is not None:
        said = number(ledger, "persistence_timeout", node.words[0], 1, MAX_SECONDS)
        timeout = Said(*said) if said else None
    netmask = _netmask(ledger, mask) if mask is not None else None
    if netmask is not None and timeout is None:
        timeout = Said(PERSISTENCE, netmask.at)
    return timeout, netmask


def _engine(ledger: Ledger, block: Block, protocol: Said[Protocol]) -> Said[str] | None:
    word = block.word("persistence_engine")
    if word is None:
        return None
    if word.text != "sip":
        message = f"`{clean(word.text, 40)}` is no persistence engine of the kernel: it refuses the service"
        ledger.error("wrong-value", word.at, message, "write sip, or remove the line")
        return None
    if protocol.value is not Protocol.UDP:
        message = f"the persistence engine sip reads UDP, and this service is {protocol.value.name}: it refuses packets"
        ledger.warn("contradiction", word.at, message, "remove it")
        return None
    return Said("sip", word.at)


def _netmask(ledger: Ledger, word: Word) -> Said[int] | None:
    length = prefix(word.text)
    if length is None:
        message = f"`{clean(word.text, 40)}` is no contiguous netmask"
        ledger.warn("wrong-value", word.at, message, "write a netmask such as 255.255.255.0, of IPv6 a length")
        return None
    return Said(length, word.at)


def prefix(text: str) -> int | None:
    """The length of a netmask, dotted or plain; ipaddress would take 0.0.0.255 for one."""
    if text.startswith("255.") and text.count(".") == 3:
        try:
            return IPv4Network(f"0.0.0.0/{text}").prefixlen
        except ValueError:
            return None
    plain = text.isdecimal() and text.isascii() and len(text) < 4
    return int(text) if plain and 1 <= int(text) <= 128 else None


def _one_packet(ledger: Ledger, block: Block, protocol: Said[Protocol], wanted: list[Entry]) -> Said[bool] | None:
    node = block.has("ops")
    if node is None:
        return None
    if protocol.value is not Protocol.UDP and any(entry.mark is None for entry in wanted):
        message = f"`ops` is for UDP, and this service is {protocol.value.name}: it does nothing"
        ledger.warn("contradiction", node.at, message, "remove it")
        return None
    return Said(True, node.at)
