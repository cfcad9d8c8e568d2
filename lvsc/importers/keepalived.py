"""keepalived.conf as a draft: one director, its VRRP instances and its services."""

from __future__ import annotations

from collections.abc import Sequence

from lvsc.importers.draft import Instance, Said, SyncDaemon, Unit, VirtualServer
from lvsc.importers.files import Files
from lvsc.importers.keepalived_block import Block
from lvsc.importers.keepalived_groups import Groups
from lvsc.importers.keepalived_lines import Lines
from lvsc.importers.keepalived_services import services
from lvsc.importers.keepalived_tree import Node, tree
from lvsc.importers.keepalived_vrrp import instance
from lvsc.importers.keepalived_watch import Watched, taken, watched
from lvsc.importers.ledger import Ledger, clean
from lvsc.source import Span

MAX_SERVICES = 20_000


def read_keepalived(
    ledger: Ledger, file: str, data: bytes, files: Files, config_id: str | None
) -> tuple[Unit, dict[str, list[str]]]:
    """The director that a file describes, and the text of every file read."""
    lines = Lines(ledger, files, config_id)
    lines.open.append(file)
    nodes = tree(ledger, lines.of(file, data))
    if config_id is None and lines.ids:
        ids = ", ".join(f"@{clean(word, 30)}" for word in list(lines.ids)[:8])
        message = f"lines for some hosts only ({ids}): those for one are not read, those for all but one are"
        ledger.warn("not-read", next(iter(lines.ids.values())), message, "choose a host with --config-id")
    top = Block(ledger, None, nodes)
    groups = {node.words[0].text: node for node in top.all("virtual_server_group") if node.words}
    name, sync, version_3 = _globals(ledger, top)
    seen = watched(top)
    found = [instance(ledger, node) for node in top.all("vrrp_instance")]
    if found and not version_3:
        text = "VRRP version 2: lvsc writes version 3, which version 2 does not hear: change all directors together"
        ledger.changed(found[0].at, text)
    unit = Unit(
        file=file,
        name=name,
        instances=tuple(_once(ledger, found)),
        groups=tuple(_sync_groups(ledger, top)),
        sync=sync,
        services=tuple(_services(ledger, top.all("virtual_server"), groups, seen)),
        start=Span(file, 1, 1, 1, 2),
    )
    taken(ledger, top, seen)
    top.rest()
    return unit, lines.texts


def _globals(ledger: Ledger, top: Block) -> tuple[Said[str] | None, SyncDaemon | None, bool]:
    """router_id, the sync daemon, and whether VRRP is version 3."""
    version_3 = False
    name: Said[str] | None = None
    sync: SyncDaemon | None = None
    for node in top.all("global_defs"):
        block = Block(ledger, node)
        word, version = block.word("router_id"), block.word("vrrp_version")
        version_3 = version.text == "3" if version is not None else version_3
        name = Said(word.text, word.at) if word is not None else name
        if name is not None and name.value == "LVS_DEVEL":
            message = "router_id LVS_DEVEL is what every tutorial writes: nobody knows whose mail or log it is"
            ledger.warn("wrong-value", name.at, message, "write the host's name")
            name = None
        daemon = block.one("lvs_sync_daemon")
        sync = _sync(ledger, daemon) if daemon is not None else sync
        block.rest()
    return name, sync, version_3


def _sync(ledger: Ledger, node: Node) -> SyncDaemon | None:
    """`lvs_sync_daemon eth1 VI_1 id 5 maxlen 1400`."""
    words = [word for word in node.words if word.text != "inst"]
    if not words:
        ledger.warn("wrong-value", node.at, "lvs_sync_daemon names no interface", "write one")
        return None
    known = ("id", "maxlen", "port", "ttl", "group")
    leader = words[1].text if len(words) > 1 and words[1].text not in known else ""
    options = words[2 if leader else 1 :]
    sync_id: Said[int] | None = None
    for key, value in zip(options[::2], options[1::2], strict=False):
        if key.text in ("id", "syncid") and value.text.isdecimal() and 1 <= int(value.text[:9]) <= 255:
            sync_id = Said(int(value.text), value.at)
        else:
            ledger.no_place(key.at, f"lvs_sync_daemon {clean(key.text, 40)} {clean(value.text, 40)}")
    if len(options) == 1 and options[0].text.isdecimal():
        sync_id = Said(min(max(1, int(options[0].text[:9])), 255), options[0].at)
    return SyncDaemon(node.at, Said(words[0].text, words[0].at), leader, sync_id)


def _once(ledger: Ledger, found: Sequence[Instance]) -> list[Instance]:
    """Instances by name; keepalived refuses a second one of the same."""
    kept: dict[str, Instance] = {}
    for each in found:
        if each.name in kept:
            message = f"vrrp_instance `{clean(each.name, 40)}` stands twice"
            ledger.error("duplicate-name", each.at, message, "two nodes' files in one? keep one of the two")
        kept.setdefault(each.name, each)
    return list(kept.values())


def _sync_groups(ledger: Ledger, top: Block) -> list[tuple[str, ...]]:
    found = []
    for node in top.all("vrrp_sync_group"):
        block = Block(ledger, node)
        members = [each for part in block.all("group") for each in part.block or ()]
        names = [name for each in members for name in (each.keyword, *(word.text for word in each.words))]
        if len(names) == 1:
            message = f"a vrrp_sync_group of one instance, `{clean(names[0], 40)}`: nothing moves together"
            ledger.warn("contradiction", node.at, message, "name the other instances, or remove the group")
        found.append(tuple(names))
        block.rest()
    return found


def _services(ledger: Ledger, nodes: list[Node], groups: Groups, seen: Watched) -> list[VirtualServer]:
    found: list[VirtualServer] = []
    for node in nodes:
        found += services(ledger, node, groups, seen)
        if len(found) > MAX_SERVICES:
            ledger.error("not-read", node.at, f"more than {MAX_SERVICES} virtual services", "split the file")
            break
    return found
