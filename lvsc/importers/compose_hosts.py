"""Networks, directors, failover groups, VIPs and real servers of a draft as tables of a topology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lvsc.finding import Note, Severity
from lvsc.importers.draft import Said, VirtualServer
from lvsc.importers.ledger import Ledger
from lvsc.importers.names import Namer, short
from lvsc.importers.pairing import Director, Group
from lvsc.importers.paper import Leaf, Row, Table
from lvsc.importers.subnets import Net, Nets, told
from lvsc.source import Span
from lvsc.words import Address, ForwardingMethod

SURE_NOT = "guessed: no file says it"


@dataclass(slots=True)
class Cluster:
    """A draft with everything that the language wants to have a name."""

    ledger: Ledger
    directors: list[Director]
    groups: list[Group]
    nets: Nets
    services: list[VirtualServer]
    namer: Namer
    vips: dict[Address, str] = field(default_factory=dict)
    servers: dict[Address, str] = field(default_factory=dict)
    floating: dict[str, list[Said[Address]]] = field(default_factory=dict)
    of_marks: dict[int, str] = field(default_factory=dict)


def networks(cluster: Cluster) -> Table:
    """The section `networks`."""
    table = Table()
    owners = {cluster.nets.of(said.value): group for group in cluster.groups
              for said in cluster.floating.get(group.name, ())}  # fmt: skip
    for net in cluster.nets.found:
        own = Table(flow=True)
        texts = [Leaf(str(network), at) for network, at in net.subnets.items()]
        own.put("subnet" if len(texts) == 1 else "subnets", texts[0] if len(texts) == 1 else Row(texts))
        gateways = [Leaf(str(each)) for each in net.gateways]
        owner = next((group for each, group in owners.items() if each is net), None)
        if owner is not None and owner.first.device and cluster.nets.device(owner.first.device.value) is net:
            own.put("gateway", owner.name)
        elif gateways:
            own.put("gateway", gateways[0] if len(gateways) == 1 else Row(gateways))
        note = " ".join(
            filter(
                None,
                [told(net), "(gateway: guessed)" if gateways and owner is None and not cluster.nets.stated else ""],
            )
        )
        table.put(net.name, own, next((at for at in net.subnets.values() if at is not None), None), note)
    return table


def directors(cluster: Cluster) -> Table:
    """The section `directors`."""
    table = Table()
    for director in cluster.directors:
        own = Table()
        interfaces = Table()
        used: set[str] = set()
        for net in cluster.nets.found:
            device = net.devices.get(director.name, net.device)
            while device in used:
                device = f"{device[:13]}-2"[:15]
            used.add(device)
            interfaces.put(device, *_interface(cluster, director, net))
            if _guessed(cluster, director, net):
                interfaces.notes[device] = "address: guessed"
        own.put("interfaces", interfaces)
        note = "a peer that no file describes: its name and order are guessed" if director.guessed else ""
        table.put(director.name, own, director.at, note)
    return table


def _known(cluster: Cluster, director: Director, net: Net) -> list[Said[Address]]:
    said = [each for device, found in director.addresses.items() for each in found
            if cluster.nets.device(device) is net and net.holds(each.value)]  # fmt: skip
    return list({each.value: each for each in said}.values())


def _guessed(cluster: Cluster, director: Director, net: Net) -> bool:
    families = {network.version for network in net.subnets}
    return bool(families - {each.value.version for each in _known(cluster, director, net)})


def _interface(cluster: Cluster, director: Director, net: Net) -> tuple[Table, Span | None]:
    own = Table(flow=True)
    own.put("network", net.name)
    known = _known(cluster, director, net)
    texts = [Leaf(str(each.value), each.at) for each in known]
    for version in dict.fromkeys(network.version for network in net.subnets):
        if all(each.value.version != version for each in known):
            network = next(each for each in net.subnets if each.version == version)
            spare = cluster.nets.spare(network)
            texts += [Leaf(str(spare))] if spare is not None else []
    if texts:
        own.put("address" if len(texts) == 1 else "addresses", texts[0] if len(texts) == 1 else Row(texts))
    return own, known[0].at if known else None


def failover(cluster: Cluster) -> Table:
    """The section `failover`."""
    table = Table()
    for group in cluster.groups:
        own, first = Table(), group.first
        device = first.device.value if first.device else ""
        own.put("directors", Row([Leaf(name, _priority(group, name)) for name in group.order]))
        own.at["directors"] = first.priority.at
        own.put("network", cluster.nets.device(device).name, first.device.at if first.device else None)
        own.put("virtual_router_id", group.router_id.value, group.router_id.at)
        if first.advert.value != 1:
            own.put("advert_interval", first.advert.value, first.advert.at)
        if any(not each.preempt.value for _, each in group.members):
            own.put("preempt", False, next(each.preempt.at for _, each in group.members if not each.preempt.value))
        if any(each.unicast for _, each in group.members):
            own.put("unicast", True, next((each.unicast.at for _, each in group.members if each.unicast), None))
        if group.follows is not None:
            own.put("follows", group.follows)
        _gateways(cluster, group, own)
        _sync(cluster, group, own)
        table.put(group.name, own, first.at)
    return table


def _priority(group: Group, name: str) -> Span | None:
    return next((each.priority.at for holder, each in group.members if holder.name == name), None)


def _gateways(cluster: Cluster, group: Group, own: Table) -> None:
    found = [Leaf(str(each.value), each.at) for each in cluster.floating.get(group.name, ())]
    if len(found) == 1:
        own.put("gateway_address", found[0])
    elif found:
        own.put("gateway_addresses", Row(found))


def _sync(cluster: Cluster, group: Group, own: Table) -> None:
    """The sync daemon that follows one of the group's instances; without a name, the first group's."""
    for holder, instance in group.members:
        daemon = holder.unit.sync if holder.unit else None
        if daemon is None or (daemon.instance and daemon.instance != instance.name):
            continue
        if not daemon.instance and cluster.groups[0] is not group:
            continue
        said = Table(flow=True)
        said.put("network", cluster.nets.device(daemon.device.value).name, daemon.device.at)
        if daemon.id is not None and daemon.id.value != group.router_id.value:
            said.put("id", daemon.id.value, daemon.id.at)
        own.put("sync", said, daemon.at)
        return


def find_floating(cluster: Cluster) -> None:
    """Addresses that move with the directors and serve nobody, where real servers behind nat are: their gateways."""
    served = {service.address.value for service in cluster.services if service.address is not None}
    busy = {id(cluster.nets.of(address)) for address in served}
    carried_on = {id(cluster.nets.of(each.interface.ip)) for group in cluster.groups for each in group.first.addresses}
    inside = {
        id(cluster.nets.of(server.address)) for service in cluster.services for server in service.servers
        if server.method.value is ForwardingMethod.NAT
    }  # fmt: skip
    for group in cluster.groups:
        device = group.first.device
        for carried in group.first.addresses:
            address = carried.interface.ip
            own_device = carried.device or device
            net = cluster.nets.device(own_device.value) if own_device is not None else None
            own = net is not None and device is not None and cluster.nets.device(device.value) is net
            if net is None or not own or not net.holds(address) or id(net) in busy:
                continue
            if id(net) in inside and carried_on - {id(net)}:
                cluster.floating.setdefault(group.name, []).append(Said(address, carried.at))


def vips(cluster: Cluster) -> Table:
    """The section `vips`: what VRRP carries, and what services have besides."""
    table = Table()
    carried = _carried(cluster)
    said: dict[Address, Span] = {}
    for service in cluster.services:
        if service.address is not None:
            said.setdefault(service.address.value, service.address.at)
    addresses = list(dict.fromkeys([*carried, *said]))
    own_names, ends = Namer(), short(addresses)
    holders = {
        service.address.value: director.name for director in reversed(cluster.directors) if director.unit
        for service in director.unit.services if service.address is not None
    }  # fmt: skip
    for address in addresses:
        name = own_names.name("vip" if len(addresses) == 1 else f"vip-{ends[address]}", "vip")
        cluster.vips[address] = name
        own = Table(flow=True)
        group, device, at = carried.get(address, (None, "", None))
        own.put("address", str(address), at or said.get(address))
        net = cluster.nets.device(device) if group is not None else cluster.nets.of(address)
        home = net if net is not None else cluster.nets.found[0]
        elsewhere = group is not None and (home is not _net(cluster, group) or not home.holds(address))
        if elsewhere or (group is None and net is None):
            own.put("network", home.name)
        _holder(cluster, own, address, group, at or said[address], holders)
        table.put(name, own, at or said.get(address), "" if net is not None else "in no known network: guessed")
    return table


def choose_of_marks(cluster: Cluster) -> None:
    """The VIP of services with a mark, by family: one that no service has by address, else the first."""
    stated = {each.address.value for each in cluster.services if each.address is not None}
    for address, name in sorted(cluster.vips.items(), key=lambda item: item[0] in stated):
        cluster.of_marks.setdefault(address.version, name)


def _net(cluster: Cluster, group: Group) -> Net:
    return cluster.nets.device(group.first.device.value if group.first.device else "")


def _carried(cluster: Cluster) -> Mapping[Address, tuple[Group, str, Span]]:
    found: dict[Address, tuple[Group, str, Span]] = {}
    for group in cluster.groups:
        floating = {each.value for each in cluster.floating.get(group.name, ())}
        for _, instance in group.members:
            for carried in instance.addresses:
                address = carried.interface.ip
                device = carried.device or instance.device
                if address in found and found[address][0] is not group:
                    message = f"{address} is carried by {found[address][0].name} and by {group.name}"
                    notes = [Note(found[address][2], "the other one")]
                    cluster.ledger.say(
                        "contradiction", Severity.ERROR, carried.at, message, "keep one of the two", notes
                    )
                elif address not in floating and device is not None:
                    found.setdefault(address, (group, device.value, carried.at))
    return found


def _holder(
    cluster: Cluster, own: Table, address: Address, group: Group | None, at: Span, holders: Mapping[Address, str]
) -> None:
    if group is not None:
        own.put("failover", group.name)
        return
    if cluster.groups:
        message = f"no VRRP instance carries {address}: it does not move when a director fails"
        cluster.ledger.warn("vip-without-instance", at, message, "add it to virtual_ipaddress of an instance")
    if len(cluster.directors) > 1:
        holder = holders.get(address, cluster.directors[0].name)
        own.put("director", holder)


def real_servers(cluster: Cluster) -> Table:
    """The section `real_servers`, by address."""
    table = Table()
    said: dict[Address, Span] = {}
    hints: dict[Address, set[str]] = {}
    for service in cluster.services:
        for server in service.servers:
            said.setdefault(server.address, server.at)
            hints.setdefault(server.address, set()).update([server.name] if server.name else [])
    called = _called(hints)
    ends = short(said)
    for address in sorted(said, key=lambda each: (each.version, int(each))):
        wish = called.get(address) or f"rs{ends[address]}"
        name = cluster.namer.name(wish, "rs")
        cluster.servers[address] = name
        net = cluster.nets.of(address)
        place = Table(flow=True)
        place.put("network", (net or cluster.nets.found[0]).name)
        place.put("address", str(address), said[address])
        device = Table(flow=True)
        device.put("eth0", place)
        own = Table(flow=True)
        own.put("interfaces", device)
        table.put(name, own, said[address])
    return table


def _called(hints: Mapping[Address, set[str]]) -> dict[Address, str]:
    """Names from comments, where each stands for one address only."""
    single = {address: next(iter(names)) for address, names in hints.items() if len(names) == 1}
    counts: dict[str, int] = {}
    for name in single.values():
        counts[name.lower()] = counts.get(name.lower(), 0) + 1
    return {address: name for address, name in single.items() if counts[name.lower()] == 1}


def order(groups: Sequence[Group], found: Sequence[Director]) -> list[Director]:
    """The directors, the best of the first group in front."""
    ranked = list(groups[0].order) if groups else []
    return sorted(found, key=lambda each: ranked.index(each.name) if each.name in ranked else len(ranked))
