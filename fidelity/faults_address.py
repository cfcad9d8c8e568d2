"""Changes to who holds the VIP, and who answers for it."""

from __future__ import annotations

from fidelity.draft import World, single
from lvsc.state import Held, LinkKind, Neighbour
from lvsc.words import ForwardingMethod


def arp(made: World) -> bool:
    """Other ARP settings on a real server that holds the VIP."""
    hosts = made.bare
    if made.family == 6 or not hosts:
        return False
    dice = made.dice
    level = dice.weighted({"all": 50.0, "eth0": 20.0, "lo": 10.0, "default": 10.0, "late default": 10.0})
    ignore = dice.weighted({None: 30.0, 0: 15.0, 1: 30.0, 2: 10.0, 3: 10.0, 8: 5.0})
    announce = dice.weighted({None: 35.0, 0: 15.0, 1: 25.0, 2: 25.0})
    for host in dice.some(hosts):
        for settings in (host.early, host.sysctls):
            settings[:] = [each for each in settings if "/arp_" not in each[0]]
        where = host.late if "late" in level else host.sysctls
        for key, value in (("arp_ignore", ignore), ("arp_announce", announce)):
            if value is not None:
                where.append((f"net/ipv4/conf/{level.split()[-1]}/{key}", value))
    made.note(f"arp {level} ignore {ignore} announce {announce}")
    return True


def vip_on_server(made: World) -> bool:
    """The VIP elsewhere on a real server, wider, or nowhere; or where it should not be."""
    dice = made.dice
    wide = made.at("lan", 100)
    place = dice.weighted({"missing": 30.0, "eth0": 30.0, "lo wide": 20.0, "dummy0 wide": 10.0, "extra": 10.0})
    hosts = made.by(ForwardingMethod.NAT) if place == "extra" else made.bare
    if not hosts:
        return False
    for host in dice.some(hosts):
        host.held = [held for held in host.held if held.ip != made.vip]
        if place == "missing":
            continue
        device = "lo" if place == "extra" else place.split()[0]
        if device == "dummy0":
            host.device("dummy0", LinkKind.DUMMY)
        host.hold(device, wide if "wide" in place else single(made.vip))
    made.note(f"VIP on server {place}")
    return True


def vip_on_director(made: World) -> bool:
    """The VIP elsewhere on the director, or as its first or only address."""
    host, dice = made.hosts["dir"], made.dice
    own = made.at("lan", 2)
    rest = [held for held in host.held if held.ip != made.vip and held.address != own]
    what = dice.weighted({"missing": 20.0, "first": 30.0, "only": 25.0, "eth1": 15.0, "first wide": 10.0})
    vip = {
        "missing": [], "first": [Held("eth0", single(made.vip))], "only": [Held("eth0", made.at("lan", 100))],
        "eth1": [Held("eth1" if "eth1" in host.links else "lo", single(made.vip))],
        "first wide": [Held("eth0", made.at("lan", 100))],
    }[what]  # fmt: skip
    mine = [] if what == "only" else [Held("eth0", own)]
    host.held = [*vip, *mine, *rest] if "first" in what else [*mine, *rest, *vip]
    made.note(f"VIP on director {what}")
    return True


def neighbour(made: World) -> bool:
    """Somebody knows for good where an address is, right or wrong."""
    dice = made.dice
    asking = dice.choice([made.hosts["router"], *made.directors, *made.servers])
    for device, link in asking.links.items():
        near = [
            (held.ip, each.links[held.device].mac)
            for each in made.hosts.values()
            for held in each.held
            if each is not asking and held.device in each.links and each.links[held.device].segment == link.segment
            and link.segment and held.ip.version == made.family
        ]  # fmt: skip
        if near:
            address, mac = dice.choice(near)
            if dice.chance(30):
                mac = dice.choice(near)[1]
            assert mac is not None
            asking.neighbours.append(Neighbour(device, address, mac))
            made.note(f"neighbour {asking.name} {address}")
            return True
    return False


def proxy(made: World) -> bool:
    """Somebody answers ARP for what it can route elsewhere."""
    if made.family == 6:
        return False
    host = made.dice.choice([made.hosts["router"], *made.directors])
    device = made.dice.choice(["all", *(name for name, link in host.links.items() if link.segment)])
    host.set(f"net/ipv4/conf/{device}/proxy_arp", 1)
    made.note(f"proxy_arp {host.name} {device}")
    return True


def backup(made: World) -> bool:
    """The second director holds the VIP, too, or the first lost it."""
    if "dir2" not in made.hosts:
        return False
    first, second, dice = made.hosts["dir"], made.hosts["dir2"], made.dice
    second.hold("eth0", single(made.vip), made.family == 6)
    if dice.chance(60):
        first.held = [held for held in first.held if held.ip != made.vip]
    made.note("VIP on dir2")
    return True
