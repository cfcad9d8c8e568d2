"""A draft as the text of a topology file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lvsc.finding import Note, Severity
from lvsc.importers import compose_hosts as hosts
from lvsc.importers import folding
from lvsc.importers.compose_services import services
from lvsc.importers.draft import Unit, Upkeep, VirtualServer
from lvsc.importers.footer import footer, header
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.names import Namer
from lvsc.importers.pairing import Director, directors, follow, groups, peers
from lvsc.importers.paper import Place, Table, Writer
from lvsc.importers.subnets import nets
from lvsc.source import Span

Key = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a topology, and where the source says what stands there."""

    text: str
    places: dict[Place, Span]


def compose(ledger: Ledger, units: Sequence[Unit], ids: Sequence[str | None], fold: bool) -> Written:
    """The topology of these files; `fold`: for people, with ranges, pools and defaults."""
    sections = _sections(ledger, units, ids)
    if fold:
        sections = _folded(sections)
    writer = Writer()
    for line in header([unit.file for unit in units]):
        writer.comment(line)
    top = Table()
    top.put("lvsc", 1)
    writer.table(top)
    for name, table in sections.items():
        if table.entries:
            writer.comment()
            wrapped = Table()
            wrapped.put(name, table)
            writer.table(wrapped)
    for line in footer(ledger):
        writer.comment(line)
    return Written(writer.text, writer.places)


def _sections(ledger: Ledger, units: Sequence[Unit], ids: Sequence[str | None]) -> dict[str, Table]:
    namer = Namer()
    found = directors(ledger, units, namer, ids)
    made = groups(ledger, found, namer)
    peers(found, made, namer)
    follow(found, made)
    found = hosts.order(made, found)
    wanted = _union(ledger, found)
    networks = nets(ledger, found, made, wanted, Namer())
    cluster = hosts.Cluster(ledger, found, made, networks, wanted, namer)
    hosts.find_floating(cluster)
    servers, vips = hosts.real_servers(cluster), hosts.vips(cluster)
    if not cluster.vips and any(service.mark is not None for service in wanted):
        _invented(cluster, vips)
    hosts.choose_of_marks(cluster)
    return {
        "defaults": Table(),
        "networks": hosts.networks(cluster),
        "directors": hosts.directors(cluster),
        "failover": hosts.failover(cluster),
        "real_servers": servers,
        "pools": Table(),
        "vips": vips,
        "services": services(cluster),
    }


def _invented(cluster: hosts.Cluster, vips: Table) -> None:
    """A VIP for marks of a source that has no address at all."""
    for network in [network for net in cluster.nets.found for network in net.subnets]:
        address = cluster.nets.spare(network)
        if address is not None and all(each.version != address.version for each in cluster.vips):
            cluster.vips[address] = name = "vip" if not cluster.vips else f"vip-v{address.version}"
            own = Table(flow=True)
            own.put("address", str(address))
            vips.put(name, own, None, "guessed: write the address whose packets are marked")


def _union(ledger: Ledger, found: Sequence[Director]) -> list[VirtualServer]:
    """The services of all files; what two of them say of one service is compared."""
    kept: list[VirtualServer] = []
    first: dict[Key, VirtualServer] = {}
    pair = [each for each in found if each.unit is not None and each.unit.services]
    for index, director in enumerate(pair):
        assert director.unit is not None
        seen: dict[Key, None] = {}
        for service in director.unit.services:
            seen[_key(service)] = None
            if index == 0:
                kept.append(service)
                first.setdefault(_key(service), service)
            elif _key(service) not in first:
                _alone(ledger, service, director.name)
                kept.append(service)
                first[_key(service)] = service
            elif _content(service) != _content(first[_key(service)]):
                _differs(ledger, service, first[_key(service)])
        if index:
            for key in first.keys() - seen.keys():
                _alone(ledger, first[key], f"the other director than {director.name}")
    return kept


def _key(service: VirtualServer) -> Key:
    mark = service.mark.value if service.mark is not None else 0
    where = str(service.address.value) if service.address is not None else str(service.family)
    return service.protocol.value.value if not mark else "", where, service.port.value, mark


def _content(service: VirtualServer) -> object:
    """What counts, without places."""
    return (
        service.scheduler.value, service.flags, service.persistence and service.persistence.value,
        service.netmask and service.netmask.value, service.one_packet is not None,
        service.sorry and (service.sorry.address, service.sorry.port and service.sorry.port.value),
        service.engine and service.engine.value, service.inhibit_sorry is not None, _told(service.upkeep),
        frozenset(
            (each.address, each.port and each.port.value, each.method.value, each.weight.value if each.weight else 1,
             each.upper and each.upper.value, each.lower and each.lower.value,
             tuple(check.kind for check in each.checks), _told(each.upkeep))
            for each in service.servers
        ),
    )  # fmt: skip


def _told(upkeep: Upkeep) -> tuple[object, ...]:
    return tuple((key, said.value) for key, said in sorted(upkeep.items()))


def _who(service: VirtualServer) -> str:
    if service.mark is not None:
        return f"mark {service.mark.value}"
    return f"{service.address.value if service.address else '?'} port {service.port.value}"


def _alone(ledger: Ledger, service: VirtualServer, name: str) -> None:
    message = f"only {clean(name, 60)} has the virtual service {_who(service)}: it is gone after a failover"
    ledger.error("directors-differ", service.at, message, "write it into both files")


def _differs(ledger: Ledger, service: VirtualServer, other: VirtualServer) -> None:
    message = f"the directors do not agree on the virtual service {_who(service)}"
    notes = [Note(other.at, "the other one, which is taken")]
    ledger.say("directors-differ", Severity.ERROR, service.at, message, "make both the same", notes)


def _folded(sections: dict[str, Table]) -> dict[str, Table]:
    wanted = sections["services"]
    made = dict(sections)
    service_defaults = folding.defaults(wanted)
    if service_defaults.entries:
        made["defaults"].put("service", service_defaults)
    made["pools"] = folding.pools(wanted)
    for table, key in [(wanted, "real_servers"), (made["pools"], "members")]:
        for each in table.entries.values():
            if isinstance(each, Table) and key in each.entries:
                each.entries[key] = folding.members(each.entries[key])
    made["real_servers"] = folding.hosts(sections["real_servers"])
    return made
