"""Networks behind a source that names none: from prefixes where it has some, else a guess that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network

from lvsc.importers.draft import Carried, Instance, VirtualServer
from lvsc.importers.ledger import Ledger
from lvsc.importers.names import Namer, plain_name
from lvsc.importers.pairing import Director, Group
from lvsc.source import Span
from lvsc.words import Address, ForwardingMethod, Network, parse_address, parse_network

_GUESS, _WIDE, _MANY = {4: 24, 6: 64}, {4: 16, 6: 48}, 16
_TRIES = 600
_TAKEN = ("lo", "all", "default")


@dataclass(slots=True, eq=False)
class Net:
    """A network: subnets with the place that names them, None of a guess, and each director's interface there."""

    device: str
    subnets: dict[Network, Span | None] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    name: str = ""
    gateways: list[Address] = field(default_factory=list)
    invented: bool = False

    def holds(self, address: Address) -> bool:
        """Whether the address is in one of its subnets."""
        return any(each.version == address.version and address in each for each in self.subnets)


class Nets:
    """All networks."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.found: list[Net] = []
        self.by_device: dict[str, Net] = {}
        self.known: set[Address] = set()
        self.stated: list[Address] = []
        self.narrow = True

    def of(self, address: Address) -> Net | None:
        """The network whose subnet holds an address."""
        return next((net for net in self.found if net.holds(address)), None)

    def device(self, name: str) -> Net:
        """The network of an interface; it is made where it is new."""
        if name not in self.by_device:
            net = Net(_interface(name) or self._free())
            if net.device != name:
                net.device = _interface(net.device) or self._free()
            self.found.append(net)
            self.by_device[name] = net
        return self.by_device[name]

    def _free(self) -> str:
        used = {net.device for net in self.found}
        return next(name for number in range(10_000) if (name := f"eth{number}") not in used)

    def add(self, net: Net, network: Network, at: Span | None) -> None:
        """A subnet, where no other one overlaps it."""
        if not any(_overlaps(network, other) for each in self.found for other in each.subnets):
            net.subnets[network] = at

    def guess(self, address: Address, net: Net | None = None) -> Net:
        """The network of an address that lies in no known one: a /24 or /64 around it."""
        home = self.of(address)
        if home is not None:
            return home
        if net is None:
            version = address.version
            lacking = (each for each in self.found if all(own.version != version for own in each.subnets))
            net = next(lacking, None) or self.device(self._free())
        lengths = _GUESS if self.narrow else _WIDE
        for length in range(lengths[address.version], address.max_prefixlen + 1):
            network = parse_network(str(_cut(address, length)))
            if network is not None and not any(_overlaps(network, each) for own in self.found for each in own.subnets):
                net.subnets[network] = None
                break
        return net

    def spare(self, network: Network, first: bool = False) -> Address | None:
        """An address of a subnet that nobody is known to have, from its end or its start."""
        size = network.num_addresses
        last = min(size, 1 << 8 if network.version == 4 else 1 << 12)
        numbers: Iterable[int] = range(1, min(size - 1, 3)) if first else range(last - 2, 0, -1)
        for number in list(numbers)[:_TRIES]:
            if network[number] not in self.known:
                self.known.add(network[number])
                return network[number]
        return None


def _cut(address: Address, length: int) -> str:
    return str(ip_network(f"{address}/{length}", strict=False))


def _overlaps(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _interface(name: str) -> str:
    """The name without a label; empty where no topology can hold it."""
    found = plain_name(name.partition(":")[0].partition("@")[0])
    return found if found and len(found) <= 15 and found not in _TAKEN and not found.startswith("lvsc-") else ""


def nets(
    ledger: Ledger,
    directors: Sequence[Director],
    groups: Sequence[Group],
    services: Sequence[VirtualServer],
    namer: Namer,
) -> Nets:
    """The networks of a cluster, guessed where the source does not tell."""
    found = Nets(ledger)
    found.known |= set(_all(directors, groups, services))
    _held(found, directors)
    _declared(found, directors, groups)
    for group in groups:
        net = found.device(group.first.device.value if group.first.device else "")
        for _, instance in group.members:
            for said in [*([instance.source] if instance.source else []), *instance.peers]:
                found.guess(said.value, net)
    for group in groups:
        for _, instance in group.members:
            for carried in instance.addresses:
                _carried(found, instance, carried)
    _of_services(found, groups, services)
    for number, net in enumerate(found.found):
        if not net.subnets:
            net.invented = True
            network = parse_network(f"10.255.{number % 256}.0/24")
            assert network is not None
            net.subnets[network] = None
    if not found.found:
        found.guess(_somewhere())
    _finish(found, directors, services, namer)
    return found


def _somewhere() -> Address:
    address = parse_address("192.0.2.1")
    assert address is not None
    return address


def _all(
    directors: Sequence[Director], groups: Sequence[Group], services: Sequence[VirtualServer]
) -> Iterator[Address]:
    for director in directors:
        yield from (said.value for each in director.addresses.values() for said in each)
    for group in groups:
        for _, instance in group.members:
            yield from (carried.interface.ip for carried in instance.addresses)
    for service in services:
        if service.address is not None:
            yield service.address.value
        yield from (server.address for server in service.servers)


def _held(found: Nets, directors: Sequence[Director]) -> None:
    """Networks that a director is known to be in; the same subnet is the same network, whatever its device."""
    for director in directors:
        for device, said in director.unit.held if director.unit else ():
            net = found.of(said.value.ip) or found.device(device)
            found.by_device.setdefault(device, net)
            net.devices.setdefault(director.name, _interface(device) or net.device)
            found.add(net, said.value.network, said.at)
        found.stated += [said.value for said in director.unit.gateways] if director.unit else []


def _declared(found: Nets, directors: Sequence[Director], groups: Sequence[Group]) -> None:
    """Interfaces that a source names: one network each; those of one failover group are on the same."""
    for group in groups:
        device = group.first.device
        assert device is not None
        net = found.device(device.value)
        for holder, instance in group.members:
            own = instance.device.value if instance.device else device.value
            found.by_device.setdefault(own, net)
            net.devices.setdefault(holder.name, _interface(own) or net.device)
            for carried in instance.addresses:
                other = carried.device.value if carried.device else own
                beside = found.device(other)
                beside.devices.setdefault(holder.name, _interface(other) or beside.device)
                if carried.interface.network.num_addresses > 1:
                    found.add(beside, carried.interface.network, carried.at)
    for director in directors:
        sync = director.unit.sync if director.unit else None
        if sync is not None:
            net = found.device(sync.device.value)
            net.devices.setdefault(director.name, _interface(sync.device.value) or net.device)


def _carried(found: Nets, instance: Instance, carried: Carried) -> None:
    """A VIP without a prefix: on a network that has no subnet of its family yet, the one around it."""
    device = carried.device or instance.device
    assert device is not None
    net = found.device(device.value)
    if all(each.version != carried.interface.version for each in net.subnets):
        found.guess(carried.interface.ip, net)


def _of_services(found: Nets, groups: Sequence[Group], services: Sequence[VirtualServer]) -> None:
    """Real servers, and VIPs where nothing says who moves them."""
    servers = list(dict.fromkeys(server.address for service in services for server in service.servers))
    around = {_cut(address, _GUESS[address.version]) for address in servers if found.of(address) is None}
    found.narrow = len(around) <= _MANY
    if not groups:
        vips = [service.address.value for service in services if service.address is not None]
        for address in list(dict.fromkeys(vips))[: _MANY // 2]:
            found.guess(address)
    for address in servers:
        found.guess(address)


def _finish(found: Nets, directors: Sequence[Director], services: Sequence[VirtualServer], namer: Namer) -> None:
    """Names, gateways, and an interface of every director on every network."""
    inside = {
        net.device for service in services if service.method.value is ForwardingMethod.NAT
        for server in service.servers if (net := found.of(server.address)) is not None
    }  # fmt: skip
    two = len(found.found) == 2 and found.found[1].device in inside and found.found[0].device not in inside
    for number, net in enumerate(found.found):
        wish = "lan" if len(found.found) == 1 else ("outside", "inside")[number] if two else f"net-{net.device}"
        net.name = namer.name(wish, f"net{number}")
        for director in directors:
            net.devices.setdefault(director.name, net.device)
        if found.stated:
            net.gateways = [address for address in dict.fromkeys(found.stated) if net.holds(address)]
        elif net.device not in inside and not net.invented:
            for network in _first_of_family(net):
                gateway = found.spare(network, first=True) if network.num_addresses > 4 else None
                net.gateways += [gateway] if gateway is not None else []


def _first_of_family(net: Net) -> list[Network]:
    found: dict[int, Network] = {}
    for network in net.subnets:
        found.setdefault(network.version, network)
    return list(found.values())


def told(net: Net) -> str:
    """What a comment says of a network's subnets."""
    if net.invented:
        return "guessed: no address of it is in the source"
    return "guessed" if any(at is None for at in net.subnets.values()) else ""
