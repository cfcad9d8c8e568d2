"""Changes to a cluster that is right: most are mistakes, some only look like one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fidelity.draft import Draft, World, at
from fidelity.faults_address import arp, backup, neighbour, proxy, vip_on_director, vip_on_server
from fidelity.faults_filter import FILTER_FAULTS
from fidelity.faults_route import forwarding, gateway, mtu, policy, reverse_path, routes, switches
from fidelity.world import open_tunnel
from lvsc.state import Held, Link, LinkKind, Listener
from lvsc.words import ForwardingMethod, Scheduler, TunnelType

Fault = Callable[[World], bool]


def table_switches(made: World) -> bool:
    """Settings of IPVS itself."""
    key = made.dice.choice(["conntrack", "conntrack", "pmtu_disc", "snat_reroute", "expire_nodest_conn"])
    value = {"conntrack": made.dice.choice([0, 1]), "pmtu_disc": 0, "snat_reroute": 0}.get(key, 1)
    for host in made.directors:
        host.set(f"net.ipv4.vs.{key}", value)
    made.note(f"vs.{key} {value}")
    return True


def tunnel(made: World) -> bool:
    """A tunnel device that is missing, down, or for somebody else."""
    hosts, dice = made.by(ForwardingMethod.TUN), made.dice
    table = made.hosts["dir"].ipvs[0].destinations
    if not hosts:
        return False
    what = dice.weighted({"missing": 15.0, "down": 20.0, "named": 35.0, "wrong": 20.0, "other kind": 10.0})
    for host in dice.some(hosts):
        name = next((each for each in ("tunl0", "gre0", "ip6tnl0", "sit0") if each in host.links), None)
        if name is None:
            continue
        link = host.links.pop(name)
        outer = next((each.address.version for each in table if each.name == host.name), made.family)
        if what == "down":
            host.links[name] = replace(link, up=False)
        elif what in ("named", "wrong"):
            remote = made.hosts["dir"].address("eth0", outer) if what == "named" else at(outer, "lan", 250).ip
            local = host.address("eth0", outer) if dice.chance(60) else None
            host.links["tun1"] = replace(link, name="tun1", remote=remote, local=local, mtu=min(link.mtu, 1400))
        elif what == "other kind":
            other = [each for each in TunnelType if each is not made.tunnel]
            open_tunnel(made, host, dice.choice(other))
        host.held = [_moved(host, held) for held in host.held]
        host.sysctls = [each for each in host.sysctls if f"/{name}/" not in each[0] or name in host.links]
    made.note(f"tunnel {what}")
    return True


def _moved(host: Draft, held: Held) -> Held:
    return held if held.device == "lo" or held.device in host.links else replace(held, device="lo")


def table(made: World) -> bool:
    """Another table: weights, thresholds, ports, schedulers, real servers that are not there."""
    dice = made.dice
    host = dice.choice(made.directors)
    service = host.ipvs[0]
    destinations = list(service.destinations)
    index = dice.randrange(len(destinations))
    one = destinations[index]
    what = dice.weighted(
        {
            "weight 0": 15.0,
            "threshold": 15.0,
            "port": 25.0,
            "absent": 15.0,
            "empty": 5.0,
            "local": 15.0,
            "scheduler": 10.0,
        }
    )
    if what == "weight 0":
        destinations[index] = replace(one, weight=0)
    elif what == "threshold":
        destinations[index] = replace(one, upper_threshold=dice.choice([1, 2]))
    elif what == "port" and one.method is ForwardingMethod.NAT:
        destinations[index] = replace(one, port=8080)
        if dice.chance(60):
            server = made.hosts[one.name]
            server.listens = [replace(each, port=8080) for each in server.listens]
    elif what == "absent":
        network = "priv" if one.address in made.at("priv", 1).network else "lan"
        destinations[index] = replace(one, name="", address=made.at(network, 99).ip)
    elif what == "empty":
        destinations = []
    elif what == "local":
        method = dice.choice([ForwardingMethod.DR, ForwardingMethod.NAT])
        address = host.address("eth0", made.family)
        assert address is not None
        destinations[index] = replace(
            one, name=host.name, address=address, method=method, tunnel=TunnelType.IPIP, tunnel_port=None
        )
        host.listens.append(Listener(made.protocol, None, made.port))
    elif what == "scheduler":
        service = replace(service, scheduler=dice.choice(list(Scheduler)))
    else:
        return False
    destinations = [each if each.name else replace(each, name=str(each.address)) for each in destinations]
    host.ipvs[0] = replace(service, destinations=tuple(destinations))
    made.note(f"table {host.name} {what}")
    return True


def listener(made: World) -> bool:
    """An application that is not there, on another port, or at one address only."""
    dice = made.dice
    what = dice.weighted({"none": 35.0, "port": 25.0, "at RIP": 20.0, "at VIP": 20.0})
    for host in dice.some(made.servers):
        if what == "none":
            host.listens = []
        elif what == "port":
            host.listens = [replace(each, port=8080) for each in host.listens]
        else:
            address = made.vip if what == "at VIP" else host.address("eth0", made.family)
            host.listens = [replace(each, address=address) for each in host.listens]
    made.note(f"listener {what}")
    return True


def devices(made: World) -> bool:
    """The network card below a bridge, or the VIP on a macvlan."""
    dice = made.dice
    if dice.chance(50):
        host = made.hosts["dir"]
        host.links["vrrp.51"] = Link("vrrp.51", LinkKind.MACVLAN, parent="eth0", mac="00:00:5e:00:01:33")
        host.held = [replace(held, device="vrrp.51") if held.ip == made.vip else held for held in host.held]
        made.note("VIP on macvlan")
        return True
    host = dice.choice(made.servers)
    host.links["br0"] = Link("br0", LinkKind.BRIDGE)
    host.links["eth0"] = replace(host.links["eth0"], master="br0")
    host.held = [replace(held, device="br0") if held.device == "eth0" else held for held in host.held]
    if dice.chance(60):
        host.sysctls = [(key.replace("/eth0/", "/br0/"), value) for key, value in host.sysctls]
    made.note(f"bridge {host.name}")
    return True


FAULTS: dict[Fault, float] = {
    arp: 14.0, vip_on_server: 8.0, vip_on_director: 5.0, reverse_path: 10.0, forwarding: 8.0, switches: 6.0,
    table_switches: 5.0, gateway: 12.0, policy: 6.0, neighbour: 4.0, mtu: 6.0, tunnel: 10.0, table: 8.0,
    listener: 4.0, backup: 12.0, devices: 3.0, routes: 6.0, proxy: 2.5, **FILTER_FAULTS,
}  # fmt: skip


def spoil(made: World) -> None:
    """None, one or a few changes."""
    wanted = made.dice.weighted({0: 18.0, 1: 42.0, 2: 28.0, 3: 12.0})
    done: set[Fault] = set()
    for _ in range(40):
        if len(done) == wanted:
            break
        fault = made.dice.weighted(FAULTS)
        if fault not in done and fault(made):
            done.add(fault)
