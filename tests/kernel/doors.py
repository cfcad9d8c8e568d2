"""Run as root in the lab's kernel: the doors to a live host, with ipvsadm and ip as witnesses. Writes what each saw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))


from lvsc.finding import LvscError
from lvsc.kernel import network, scratch, settings
from lvsc.kernel.ipvs import Refusal, Table, explain
from lvsc.plan.thing import (
    Address,
    AddressValue,
    Change,
    Device,
    DeviceValue,
    Key,
    RouteTo,
    RouteValue,
    Server,
    ServerValue,
    Service,
    ServiceValue,
    Sync,
    SyncValue,
    Timeouts,
    TimeoutsValue,
    Value,
)

WEB = Service(4, "tcp", "10.0.0.1", 80)
found: dict[str, Any] = {}


def say(command: str) -> str:
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def everything() -> dict[Key, Value]:
    """Each attribute of services and real servers, over both families."""
    table: dict[Key, Value] = {}

    def add(service: Service, value: ServiceValue, *servers: tuple[str, int, ServerValue]) -> None:
        table[service] = value
        table.update({Server(service, address, port): each for address, port, each in servers})

    plain = ServerValue("dr", 1)
    add(WEB, ServiceValue("wlc", 0, 0, 32), ("10.0.0.2", 80, plain), ("10.0.0.3", 8080, ServerValue("nat", 5, 100, 50)))
    add(Service(4, "udp", "10.0.0.1", 53), ServiceValue("rr", 4, 0, 32), ("10.0.0.2", 53, ServerValue("dr", 0)))
    add(
        Service(4, "tcp", "10.0.0.1", 443),
        ServiceValue("mh", 0x19, 300, 24),
        ("10.0.0.2", 443, ServerValue("dr", 3)),
        ("10.0.0.3", 443, ServerValue("tun", 1, 0, 0, "gue", 6080)),
        ("10.0.0.9", 443, ServerValue("tun", 1, 0, 0, "gre", 0, 1)),
        ("fd00::9", 443, ServerValue("tun", 7)),
    )
    add(Service(4, "sctp", "10.0.0.1", 99), ServiceValue("wrr", 0, 0, 32))
    add(Service(4, "udp", "10.0.0.1", 5060), ServiceValue("rr", 5, 60, 32, "sip"))
    add(Service(6, "tcp", "fd00::1", 80), ServiceValue("sh", 8, 0, 128), ("fd00::2", 80, plain), ("fd00::3", 80, plain))
    add(Service(6, "tcp", "fd00::1", 81), ServiceValue("rr", 1, 60, 64))
    add(
        Service(4, "", "", 0, 7),
        ServiceValue("rr", 1, 600, 32),
        ("10.0.0.2", 0, plain),
        ("fd00::7", 0, ServerValue("tun", 1)),
    )
    add(Service(6, "", "", 0, 7), ServiceValue("rr", 0, 0, 128), ("fd00::2", 0, plain))
    return table


def round_trip() -> Any:
    table = everything()
    with Table.open() as live:
        refusals = live.send([Change(key, None, value) for key, value in table.items()], whole=True)
        read = {key: value for key, value in live.read().items() if key.kind in ("service", "server")}
        witness = say("ipvsadm -Sn; ipvsadm -Ln --thresholds | grep 10.0.0.3")
        again = live.send([Change(key, value, value) for key, value in table.items()])
        same = live.read() == {**read, Timeouts(): TimeoutsValue(900, 120, 300)}
        gone = live.send([Change(key, value, None) for key, value in table.items() if key.kind == "service"])
    order = {
        str(service): [key.address for key in read if isinstance(key, Server) and key.service == service]
        for service in read
        if isinstance(service, Service)
    }
    return {
        "refusals": len(refusals) + len(again) + len(gone),
        "same": read == table and same,
        "order": order[str(WEB)] == ["10.0.0.2", "10.0.0.3"] and order["10.0.0.1:443/tcp"][0] == "10.0.0.2",
        "witness": witness,
        "left": say("ipvsadm -Sn"),
    }


def timeouts_and_daemons() -> Any:
    with Table.open() as live:
        start = [
            Change(Timeouts(), None, TimeoutsValue(100, 20, 30)),
            Change(Sync("master"), None, SyncValue("eth0", 5)),
            Change(Sync("backup"), None, SyncValue("eth0", 6)),
        ]
        refusals = live.send(start)
        read = [[list(key), list(value)] for key, value in live.read().items()]
        witness = say("ipvsadm -Ln --timeout; ipvsadm -Ln --daemon")
        # Stopped at once: this is the command that may never be answered.
        stopped = live.send([change.undo for change in start[1:]])
        live.send([Change(Timeouts(), None, TimeoutsValue(900, 120, 300))])
        missing = live.send([Change(Sync("master"), None, SyncValue("eth9", 5))])
    return {
        "refusals": len(refusals) + len(stopped),
        "read": read,
        "witness": witness,
        "missing": explain(missing[0])[0],
    }


def refused() -> Any:
    value, server = ServiceValue("wlc", 0, 0, 32), ServerValue("dr", 1)
    tries = {
        "there already": Change(WEB, None, value),
        "no service": Change(Service(4, "tcp", "10.0.0.5", 1), value, None),
        "no scheduler": Change(WEB, value, value._replace(scheduler="none-such")),
        "no engine": Change(WEB, value, value._replace(engine="none-such")),
        "server there": Change(Server(WEB, "10.0.0.2", 80), None, server),
        "no server": Change(Server(WEB, "10.0.0.77", 80), server, None),
        "weight": Change(Server(WEB, "10.0.0.78", 80), None, server._replace(weight=2**31)),
        "thresholds": Change(Server(WEB, "10.0.0.78", 80), None, server._replace(upper=5, lower=10)),
        "multicast": Change(Server(WEB, "224.0.0.1", 80), None, server),
        "broadcast": Change(Server(WEB, "10.0.0.255", 80), None, server),
        "family": Change(Server(WEB, "fd00::9", 80), None, server),
        "tunnel port": Change(Server(WEB, "10.0.0.80", 80), None, ServerValue("tun", 1, tunnel="gue")),
        "its service": Change(Server(Service(4, "tcp", "10.9.9.9", 1), "10.0.0.80", 80), None, server),
    }
    with Table.open() as live:
        live.send([Change(WEB, None, value), Change(Server(WEB, "10.0.0.2", 80), None, server)])
        told = {name: _told(live.send([change])) for name, change in tries.items()}
        middle = [
            Change(Server(WEB, "10.0.0.3", 80), None, server),
            Change(Server(WEB, "10.0.0.2", 80), None, server),
            Change(Server(WEB, "10.0.0.4", 80), None, server),
        ]
        told["in the middle"] = [_told(live.send(middle)), say("ipvsadm -Sn | wc -l").strip()]
        live.send([Change(WEB, value, None)])
    return told


def _told(refusals: tuple[Refusal, ...]) -> str:
    return "; ".join(explain(refusal)[0] for refusal in refusals)


def many() -> Any:
    """50,000 changes in one system call; and a table that changes while it is read."""
    server = ServerValue("dr", 1)
    services = [Service(4, "tcp", f"10.{number >> 8}.{number & 255}.1", 80) for number in range(5000)]
    changes = [Change(service, None, ServiceValue("rr", 0, 0, 32)) for service in services]
    changes += [Change(Server(service, f"10.0.{n}.2", 80), None, server) for service in services for n in range(9)]
    with Table.open() as live:
        refusals = live.send(changes, whole=True)
        count = len(live.read())
        live.send([Change(service, ServiceValue("rr", 0, 0, 32), None) for service in services], whole=True)
    return {"refusals": len(refusals), "count": count}


def while_it_changes() -> Any:
    """Real servers come and go while the table is read: what stays is in every reading."""
    stay = {Server(WEB, f"10.0.{n}.2", 80): ServerValue("dr", 1) for n in range(200)}
    with Table.open() as live:
        live.send(
            [Change(WEB, None, ServiceValue("rr", 0, 0, 32)), *(Change(key, None, each) for key, each in stay.items())]
        )
    stop = threading.Event()

    def meddle() -> None:
        with Table.open() as other:
            while not stop.is_set():
                some = [Change(Server(WEB, f"10.1.{n}.2", 80), None, ServerValue("dr", 1)) for n in range(60)]
                other.send(some)
                other.send([change.undo for change in some])

    thread = threading.Thread(target=meddle)
    thread.start()
    missing, unstable = 0, 0
    with Table.open() as live:
        for _ in range(10):
            try:
                missing += len(stay.keys() - live.read().keys())
            except LvscError:
                unstable += 1
    stop.set()
    thread.join()
    with Table.open() as live:
        live.send([Change(WEB, ServiceValue("rr", 0, 0, 32), None)])
    return {"missing": missing, "unstable": unstable}


def statistics() -> Any:
    """What clients sent through a service, by lvsc and by ipvsadm."""
    import socket

    value = ServiceValue("rr", 0, 0, 32)
    with Table.open() as live:
        live.send([Change(WEB, None, value), Change(Server(WEB, "10.0.0.1", 80), None, ServerValue("dr", 1))])
        with socket.create_server(("10.0.0.1", 80)) as listener:
            for _ in range(3):
                with socket.create_connection(("10.0.0.1", 80), 5) as client, listener.accept()[0] as server:
                    client.sendall(b"x" * 1000)
                    assert len(server.recv(1000, socket.MSG_WAITALL)) == 1000
        until = time.monotonic() + 10
        while (seen := live.statistics()[WEB]).connections < 3 and time.monotonic() < until:
            time.sleep(0.2)
        witness = say("ipvsadm -Ln --stats --exact").splitlines()[3].split()[2:]
        live.send([Change(WEB, value, None)])
    return {"seen": [str(number) for number in seen], "witness": witness}


def rehearsed() -> Any:
    value, server = ServiceValue("wlc", 0, 0, 32), ServerValue("dr", 1)
    live = {WEB: value, Server(WEB, "10.0.0.2", 80): server}
    own = os.stat("/proc/self/ns/net").st_ino
    before = say("ipvsadm -Sn; ip -o link")
    fine = scratch.rehearse(live, [[Change(Server(WEB, "10.0.0.3", 80), None, server)]], ["10.0.0.1/24"])
    broadcast = scratch.rehearse(live, [[Change(Server(WEB, "10.0.0.255", 80), None, server)]], ["10.0.0.1/24"])
    unknown = scratch.rehearse(live, [[Change(WEB, value, value._replace(scheduler="none-such"))]], [])
    return {
        "fine": list(fine),
        "broadcast": list(broadcast),
        "unknown": list(unknown),
        "untouched": before == say("ipvsadm -Sn; ip -o link") and own == os.stat("/proc/self/ns/net").st_ino,
    }


def changed() -> Any:
    """Devices, addresses and routes: added, edited, removed; each read back by ip and by lvsc."""
    steps: list[tuple[str, Change]] = []

    def life(name: str, key: Key, *values: Value) -> None:
        before = None
        for value in values:
            steps.append((name, Change(key, before, value)))
            before = value
        steps.append((name, Change(key, before, None)))

    life("dummy", Device("d1"), DeviceValue("dummy", 1500), DeviceValue("dummy", 1400))
    life("ipip", Device("t1"), DeviceValue("ipip", 1480, "10.0.0.1"), DeviceValue("ipip", 1400, "10.0.0.1"))
    life("gre", Device("g1"), DeviceValue("gre", 1476, "10.0.0.1"))
    life("ip6tnl", Device("t6"), DeviceValue("ip6tnl", 1452, "fd00::1"))
    life("receiver", Device("lvsc-gue6080-4"), DeviceValue("fou", 1500, "0.0.0.0", 6080))
    life("v4", Address("eth0", "10.0.0.100/32"), AddressValue())
    life("v6", Address("lo", "fd00::100/128"), AddressValue(), AddressValue(quiet=True))
    life("route", RouteTo("10.8.0.0/16", 254, 0), RouteValue("10.0.0.9", "eth0"), RouteValue("10.0.0.8", "eth0"))
    life("default", RouteTo("0.0.0.0/0", 254, 0), RouteValue("10.0.0.9", "eth0"), RouteValue("10.0.0.8", "eth0"))
    life("route6", RouteTo("fd08::/16", 254, 0), RouteValue("fd00::9", "eth0"), RouteValue("fd00::8", "eth0"))
    told: dict[str, list[Any]] = {}
    for name, change in steps:
        network.perform(change)
        live = network.things([change.key]).get(change.key)
        shown = say("ip -o address; ip route; ip -6 route; ip -d -o link; ip fou show")
        told.setdefault(name, []).append([live == change.after, len(shown)])
    try:
        network.perform(Change(Address("eth9", "10.0.0.100/32"), None, AddressValue()))
    except LvscError as error:
        told["no device"] = [str(error)]
    network.perform(Change(Address("eth0", "10.0.0.100/32"), None, AddressValue()))
    try:
        network.perform(Change(Address("eth0", "10.0.0.100/32"), None, AddressValue()))
    except LvscError as error:
        told["twice"] = [str(error)]
    network.perform(Change(Address("eth0", "10.0.0.100/32"), AddressValue(), None))
    settings.write("net/ipv4/conf/eth0/rp_filter", 2)
    told["setting"] = [settings.read("net/ipv4/conf/eth0/rp_filter"), settings.read("net/ipv4/conf/eth9/rp_filter")]
    try:
        settings.write("net/ipv4/conf/eth9/rp_filter", 2)
    except LvscError as error:
        told["no setting"] = [str(error)]
    return told


def announced() -> Any:
    """What a neighbour hears when an address is added."""
    import socket

    heard = []
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire:
        wire.bind(("peer", 0))
        wire.settimeout(1)
        network.perform(Change(Address("eth0", "10.0.0.101/32"), None, AddressValue()))
        network.perform(Change(Address("eth0", "fd00::101/128"), None, AddressValue()))
        try:
            while len(heard) < 20:
                heard.append(wire.recv(2000).hex())
        except TimeoutError:
            pass
    arp = [frame for frame in heard if frame[24:28] == "0806" and "0a000065" in frame]
    advertisements = [frame for frame in heard if frame[24:28] == "86dd" and frame[108:110] == "88"]
    for key in ("10.0.0.101/32", "fd00::101/128"):
        network.perform(Change(Address("eth0", key), AddressValue(), None))
    return {"arp": len(arp), "advertisements": len(advertisements)}


def main() -> None:
    say(
        "ip link set lo up; ip link add eth0 type veth peer name peer; ip link set eth0 up; ip link set peer up;"
        "ip address add 10.0.0.1/24 dev eth0; ip -6 address add fd00::1/64 dev eth0 nodad"
    )
    parts: tuple[Callable[[], Any], ...] = (
        round_trip,
        timeouts_and_daemons,
        refused,
        many,
        while_it_changes,
        statistics,
        rehearsed,
        changed,
        announced,
    )
    for part in parts:
        try:
            found[part.__name__] = part()
        except BaseException:
            found[part.__name__] = {"error": traceback.format_exc()}
        print(part.__name__, flush=True)
    (Path(sys.argv[1]) / "results").write_text(json.dumps(found))


main()
