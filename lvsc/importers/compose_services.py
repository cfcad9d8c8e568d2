"""Services of a draft as tables of a topology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from lvsc.importers.compose_checks import duration, health, most
from lvsc.importers.compose_hosts import Cluster
from lvsc.importers.compose_upkeep import upkeep
from lvsc.importers.draft import Said, Server, VirtualServer
from lvsc.importers.names import Namer, service_name, short
from lvsc.importers.paper import Leaf, Node, Row, Table
from lvsc.words import Address, Family, ForwardingMethod, Protocol, TunnelType


def services(cluster: Cluster) -> Table:
    """The section `services`."""
    table, namer = Table(), Namer()
    usual = [_usual(service) for service in cluster.services]
    counts = Counter(usual)
    ends = short(service.address.value for service in cluster.services if service.address is not None)
    for service, name in zip(cluster.services, usual, strict=True):
        end = f"-{ends[service.address.value]}" if service.address is not None and len(ends) > 1 else ""
        wish = service.name or (name if counts[name] == 1 else f"{name}{end}")
        made = _service(cluster, service)
        if made is not None:
            table.put(namer.name(wish, name), made, service.at)
    return table


def _usual(service: VirtualServer) -> str:
    mark = service.mark.value if service.mark is not None else None
    return service_name(service.protocol.value, service.port.value, mark)


def _service(cluster: Cluster, service: VirtualServer) -> Table | None:
    """One service; None, and a remark, where nobody serves it."""
    family = _family(service)
    mode, servers = _of_one_mode(cluster, service, _of_family(cluster, service, family))
    if not servers:
        cluster.ledger.left_out(service.at, f"{_shown(service)}: no real server of it can be kept")
        return None
    vip = _vip(cluster, service, family)
    if vip is None:
        cluster.ledger.left_out(service.at, f"{_shown(service)}: no address to say who gets its packets")
        return None
    own = Table()
    own.put("vip", vip, service.address.at if service.address is not None else None)
    if service.mark is not None and service.address is None:
        own.notes["vip"] = "guessed: the address whose packets get this mark"
    _ports(service, own)
    own.put("mode", mode.value.value, mode.at)
    own.put("scheduler", service.scheduler.value.value, service.scheduler.at)
    _options(cluster, service, own, family)
    _tunnel(cluster, service, servers, mode.value, own)
    checked = health(service, servers, mode.value, own)
    upkeep(cluster.ledger, service, servers, own)
    _sorry(cluster, service, servers, mode.value, family, own)
    own.put("real_servers", _members(cluster, service, servers, mode.value, checked))
    return own


def _shown(service: VirtualServer) -> str:
    if service.mark is not None:
        return f"mark {service.mark.value}"
    address = service.address.value if service.address is not None else "?"
    return f"{address} port {service.port.value}/{service.protocol.value.value}"


def _family(service: VirtualServer) -> Family:
    if service.address is not None:
        return Family(service.address.value.version)
    if service.family is not None:
        return service.family
    versions = {server.address.version for server in service.servers}
    return Family.V6 if versions == {6} else Family.V4


def _of_family(cluster: Cluster, service: VirtualServer, family: Family) -> list[Server]:
    """Real servers of the service's family; a tunnel may cross."""
    kept: list[Server] = []
    for server in service.servers:
        if server.address.version == family.value or server.method.value is ForwardingMethod.TUN:
            kept.append(server)
            continue
        message = f"real server {server.address} is IPv{server.address.version}, its service IPv{family.value}"
        cluster.ledger.error("contradiction", server.at, message, "only tunnels cross families: remove it")
    return kept


def _of_one_mode(
    cluster: Cluster, service: VirtualServer, servers: list[Server]
) -> tuple[Said[ForwardingMethod], list[Server]]:
    """The forwarding method of most; the language has one for each service."""
    best = most(servers, lambda server: server.method.value) or service.method.value
    said = next((server.method for server in servers if server.method.value is best), service.method)
    kept: dict[object, Server] = {}
    for server in servers:
        if server.method.value is not best:
            how = f"by {server.method.value.name} among others by {best.name}"
            cluster.ledger.no_place(server.at, f"real server {server.address} {how}: not in the service")
        elif server.address in kept:
            _twice(cluster, server, kept[server.address])
        else:
            kept[server.address] = server
    return said, list(kept.values())


def _twice(cluster: Cluster, server: Server, first: Server) -> None:
    own, other = (each.port.value if each.port else 0 for each in (server, first))
    if own == other:
        message = f"real server {server.address} stands twice in one service"
        cluster.ledger.warn("duplicate-name", server.at, message, "keep one of the two")
    else:
        what = f"real server {server.address} with two ports in one service, {other} and {own}: the first is kept"
        cluster.ledger.no_place(server.at, what)


def _vip(cluster: Cluster, service: VirtualServer, family: Family) -> str | None:
    """The VIP; of a mark one that no service has by address, else any of the family."""
    if service.address is not None:
        return cluster.vips.get(service.address.value)
    return cluster.of_marks.get(family.value)


def _ports(service: VirtualServer, own: Table) -> None:
    protocol = service.protocol
    if service.mark is not None:
        own.put("mark", service.mark.value, service.mark.at)
        if service.one_packet is not None:
            own.put("protocol", "udp", protocol.at)
        return
    if protocol.value is not Protocol.TCP:
        own.put("protocol", protocol.value.value, protocol.at)
    own.put("port", service.port.value, service.port.at)


def _options(cluster: Cluster, service: VirtualServer, own: Table, family: Family) -> None:
    if service.flags:
        flags = [Leaf(flag.value, service.scheduler.at) for flag in service.flags]
        own.put("scheduler_flags", flags[0] if len(flags) == 1 else Row(flags))
    said, mask = service.persistence, service.netmask
    if mask is not None and mask.value > family.bits:
        message = f"`{mask.value}` is no netmask of IPv4"
        cluster.ledger.warn("wrong-value", mask.at, message, "write one such as 255.255.255.0")
        mask = None
    narrow = mask is not None and mask.value != family.bits
    if said is not None and (narrow or service.engine is not None):
        details = Table(flow=True)
        details.put("timeout", duration(said.value * 1000), said.at)
        if mask is not None and narrow:
            details.put("netmask" if family is Family.V4 else "netmask6", mask.value, mask.at)
        if service.engine is not None:
            details.put("engine", service.engine.value, service.engine.at)
        own.put("persistence", details, said.at)
    elif said is not None:
        own.put("persistence", duration(said.value * 1000), said.at)
    if service.one_packet is not None:
        own.put("one_packet", True, service.one_packet.at)


def _tunnel(
    cluster: Cluster, service: VirtualServer, servers: Sequence[Server], mode: ForwardingMethod, own: Table
) -> None:
    if mode is not ForwardingMethod.TUN:
        return
    best = most(servers, lambda server: server.tunnel)
    for server in servers:
        if server.tunnel != best:
            what = f"real server {server.address} by {server.tunnel.type.value}: a tunnel of its own"
            cluster.ledger.no_place(server.at, what)
    tunnel = next(server for server in servers if server.tunnel == best).tunnel
    if tunnel.type is not TunnelType.IPIP:
        said = Table(flow=True)
        said.put("type", tunnel.type.value)
        if tunnel.port is not None:
            said.put("port", tunnel.port)
        own.put("tunnel", said, service.method.at)


def _sorry(
    cluster: Cluster,
    service: VirtualServer,
    servers: Sequence[Server],
    mode: ForwardingMethod,
    family: Family,
    own: Table,
) -> None:
    sorry = service.sorry
    if sorry is None:
        return
    if sorry.address.version != family.value:
        cluster.ledger.left_out(sorry.at, f"sorry server {sorry.address}: not of the service's family")
        return
    said = Table(flow=True)
    name = cluster.servers.get(sorry.address)
    said.put("address" if name is None else "real_server", name or str(sorry.address), sorry.at)
    if sorry.port is not None and sorry.port.value != service.port.value and service.mark is None:
        said.put("port", sorry.port.value, sorry.port.at)
    inhibit = service.inhibit_sorry
    if any(each.address == sorry.address for each in servers):
        # One entry of the table: keepalived takes what the real server says, and says so.
        inhibit = Said(True, sorry.at) if "inhibit_on_failure" in own.entries else None
        if (inhibit is None) != (service.inhibit_sorry is None):
            cluster.ledger.changed(sorry.at, f"sorry server {sorry.address}, a real server, is inhibited like that one")
    if inhibit is not None:
        said.put("inhibit", True, inhibit.at)
    own.put("sorry_server", said, sorry.at)


def _members(
    cluster: Cluster,
    service: VirtualServer,
    servers: Sequence[Server],
    mode: ForwardingMethod,
    checked: Mapping[Address, Node],
) -> Row | Table:
    """A list where all are alike, else a mapping from names to what each has of its own."""
    table = Table(flow=True)
    for server in servers:
        own = Table(flow=True)
        if _own_port(service, server, mode) and server.port is not None:
            own.put("port", server.port.value, server.port.at)
        for key, said in (
            ("weight", server.weight), ("upper_threshold", server.upper), ("lower_threshold", server.lower)
        ):  # fmt: skip
            if said is not None and not (key == "weight" and said.value == 1):
                own.put(key, said.value, said.at)
        if server.address in checked:
            own.put("health", checked[server.address], server.checks[0].at if server.checks else None)
        table.put(cluster.servers[server.address], own, server.at)
    if all(isinstance(each, Table) and not each.entries for each in table.entries.values()):
        return Row([Leaf(name, table.at[name]) for name in table.entries])
    return table


def _own_port(service: VirtualServer, server: Server, mode: ForwardingMethod) -> bool:
    """Whether the port of a real server is worth a word."""
    if server.port is None or server.port.value == 0:
        return False
    if service.mark is not None:
        return mode is ForwardingMethod.NAT
    return server.port.value != service.port.value
