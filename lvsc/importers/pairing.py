"""Which files describe directors of one cluster: their names, and the VRRP instances that belong together."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field

from lvsc.finding import Note, Severity
from lvsc.importers.draft import Instance, Said, Unit
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.names import Namer
from lvsc.source import Span
from lvsc.words import Address

_GENERIC = ("keepalived", "ldirectord", "ipvsadm", "rules", "etc", "conf", "conf.d", "ha.d", "ipvs", "", ".", "-")


@dataclass(slots=True)
class Director:
    """A director: from a file, or only known as a peer (`unit` None)."""

    name: str
    at: Span
    unit: Unit | None
    guessed: bool = False
    addresses: dict[str, list[Said[Address]]] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """VRRP instances of one id on one network, one or two of each director."""

    name: str
    router_id: Said[int]
    members: list[tuple[Director, Instance]]
    order: list[str] = field(default_factory=list)
    follows: str | None = None

    @property
    def first(self) -> Instance:
        """The instance of the best director."""
        return self.members[0][1]


def directors(ledger: Ledger, units: Sequence[Unit], namer: Namer, ids: Sequence[str | None]) -> list[Director]:
    """A director for each file, named as it calls itself."""
    found: list[Director] = []
    seen: dict[str, Span] = {}
    for number, (unit, config_id) in enumerate(zip(units, ids, strict=True), 1):
        said = unit.name
        if said is not None and said.value in seen:
            message = f"router_id {clean(said.value, 60)} is that of another file, too"
            note = [Note(seen[said.value], "the other one")]
            ledger.say("contradiction", Severity.WARNING, said.at, message, "give each node its own", note)
            said = None
        if said is not None:
            seen[said.value] = said.at
        wish = said.value if said is not None else config_id or _of_file(unit.file)
        name = namer.name(wish, f"lvs{number}")
        director = Director(name, said.at if said is not None else unit.start, unit)
        for device, address in unit.held:
            director.addresses.setdefault(device, []).append(Said(address.value.ip, address.at))
        found.append(director)
    return found


def _of_file(file: str) -> str:
    """The file's name, or that of its folder, where it is more than what all such files are called."""
    folder, name = posixpath.split(file)
    stem = name.rpartition(".")[0] or name
    return next((each for each in (stem, posixpath.basename(folder)) if each not in _GENERIC), "")


def groups(ledger: Ledger, found: Sequence[Director], namer: Namer) -> list[Group]:
    """The failover groups; the best director first."""
    made: list[Group] = []
    for director in found:
        for instance in director.unit.instances if director.unit else ():
            if instance.router_id is None or instance.device is None:
                what = "virtual_router_id" if instance.router_id is None else "interface"
                message = f"vrrp_instance `{clean(instance.name, 40)}` has no {what}: keepalived refuses it"
                ledger.error("missing-key", instance.at, message, f"write `{what}`")
                continue
            group = _home(made, director, instance)
            if group is None:
                name = namer.name(instance.name.removesuffix("+4").removesuffix("+6"), "failover")
                made.append(Group(name, instance.router_id, [(director, instance)]))
            else:
                group.members.append((director, instance))
    for group in made:
        _ordered(ledger, group)
    return made


def _home(made: list[Group], director: Director, instance: Instance) -> Group | None:
    """The group of another director with this id; of the same director only for the other address family."""
    wanted = [group for group in made if instance.router_id and group.router_id.value == instance.router_id.value]
    for group in wanted:
        own = [each for holder, each in group.members if holder is director]
        twin = [
            each for each in own if _device(each) == _device(instance) and not _versions(each) & _versions(instance)
        ]
        if len(own) == 1 and twin:
            return group
    free = [group for group in wanted if all(holder is not director for holder, _ in group.members)]
    near = [group for group in free if any(_same(each, instance) for _, each in group.members)]
    return next(iter(near or free), None)


def _same(one: Instance, other: Instance) -> bool:
    mine, theirs = ({each.interface.ip for each in instance.addresses} for instance in (one, other))
    return one.name == other.name or bool(mine & theirs)


def _device(instance: Instance) -> str:
    return instance.device.value if instance.device else ""


def _versions(instance: Instance) -> set[int]:
    return {each.interface.version for each in instance.addresses}


def _ordered(ledger: Ledger, group: Group) -> None:
    """By priority; what two nodes of a pair say of the same thing is compared."""
    group.members.sort(key=lambda member: -member[1].priority.value)
    group.order = list(dict.fromkeys(holder.name for holder, _ in group.members))
    best = group.members[0]
    for holder, instance in group.members[1:]:
        if holder is not best[0]:
            _compare(ledger, group, best[1], instance)


def _compare(ledger: Ledger, group: Group, best: Instance, other: Instance) -> None:
    if best.priority.value == other.priority.value:
        message = f"{clean(group.name, 40)}: both nodes have priority {other.priority.value}"
        _pair(ledger, other.priority.at, best.priority.at, message, "give the standby a lower one")
    if best.state and other.state and best.state.value == other.state.value == "MASTER":
        message = f"{clean(group.name, 40)}: both nodes start as MASTER"
        _pair(ledger, other.state.at, best.state.at, message, "write BACKUP on the standby")
    if best.advert.value != other.advert.value:
        message = f"{clean(group.name, 40)}: the nodes advertise every {best.advert.value} and {other.advert.value} s"
        _pair(ledger, other.advert.at, best.advert.at, message, "write the same advert_int on both")
    mine, theirs = ({each.interface.ip for each in instance.addresses} for instance in (best, other))
    same = _versions(best) == _versions(other)
    if same and mine != theirs:
        missing = ", ".join(str(each) for each in sorted(mine ^ theirs, key=lambda each: (each.version, int(each)))[:4])
        message = f"{clean(group.name, 40)}: only one of the nodes carries {missing}"
        _pair(ledger, other.at, best.at, message, "write the same virtual_ipaddress on both")


def _pair(ledger: Ledger, at: Span, first: Span, message: str, remedy: str) -> None:
    ledger.say("directors-differ", Severity.ERROR, at, message, remedy, [Note(first, "the other node")])


def peers(found: list[Director], made: Sequence[Group], namer: Namer) -> None:
    """Directors that are only known as unicast peers, and the addresses of all."""
    for group in made:
        for holder, instance in group.members:
            if instance.source is not None:
                holder.addresses.setdefault(_device(instance), []).append(instance.source)
    if len([each for each in found if each.unit and each.unit.instances]) != 1:
        return
    extra: list[Director] = []
    for group in made:
        holder, instance = group.members[0]
        for _, each in group.members:
            _of_peers(extra, holder, each, namer)
        others = [each.name for each in extra[: len(instance.peers)]]
        last = instance.state is not None and instance.state.value == "BACKUP" and len(others) == 1
        low = last and instance.priority.value <= 100
        group.order = [*others, holder.name] if low else [holder.name, *others]
    found += extra


def _of_peers(extra: list[Director], holder: Director, instance: Instance, namer: Namer) -> None:
    for index, peer in enumerate(instance.peers):
        if index == len(extra):
            name = namer.name(f"{holder.name}-peer" if len(instance.peers) == 1 else "", f"lvs{len(extra) + 2}")
            extra.append(Director(name, peer.at, None, guessed=True))
        known = extra[index].addresses.setdefault(_device(instance), [])
        if all(each.value != peer.value for each in known):
            known.append(peer)


def follow(found: Sequence[Director], made: Sequence[Group]) -> None:
    """Instances of one sync group move together: the first leads."""
    for director in found:
        for names in director.unit.groups if director.unit else ():
            inside = [
                group for name in names for group in made
                if any(holder is director and each.name == name for holder, each in group.members)
            ]  # fmt: skip
            inside = list({id(group): group for group in inside}.values())
            for group in inside[1:]:
                if group.follows is None and inside[0].follows != group.name:
                    group.follows = inside[0].name
