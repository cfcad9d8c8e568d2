"""Topologies of a given size."""

from __future__ import annotations

from collections.abc import Iterator


def large(services: int, each: int = 10) -> str:
    """So many services with so many real servers each, on a tenth as many hosts, ten services a VIP."""
    hosts = max(each, services // 10)
    return "\n".join([*_hosts(hosts), *_vips(max(1, services // 10)), *_services(services, each, hosts)]) + "\n"


def _hosts(hosts: int) -> Iterator[str]:
    yield "lvsc: 1"
    yield "networks: {farm: {subnet: 10.0.0.0/12, gateway: 10.0.0.1}}"
    yield "directors: {lvs1: {interfaces: {eth0: {network: farm, address: 10.0.0.2}}}}"
    yield "real_servers:"
    for index in range(hosts):
        address = f"10.1.{index // 250}.{index % 250 + 1}"
        yield f"  web{index}: {{interfaces: {{eth0: {{network: farm, address: {address}}}}}}}"


def _vips(vips: int) -> Iterator[str]:
    yield "vips:"
    for index in range(vips):
        yield f"  vip{index}: {{address: 10.2.{index // 250}.{index % 250 + 1}}}"


def _services(services: int, each: int, hosts: int) -> Iterator[str]:
    yield "services:"
    for index in range(services):
        yield f"  service{index}:"
        yield f"    vip: vip{index // 10}"
        yield f"    port: {8000 + index % 10}"
        yield "    mode: dr"
        yield "    scheduler: wlc"
        yield "    real_servers:"
        for number in range(each):
            yield f"      web{(index * 3 + number * 7) % hosts}: {{weight: {number + 1}}}"


def looks(count: int) -> str:
    """One service of so many real servers, each in a situation of its own: as many walks."""
    lines = [
        "lvsc: 1",
        "networks: {farm: {subnet: 10.0.0.0/12, gateway: 10.0.0.1}}",
        "directors: {lvs1: {interfaces: {eth0: {network: farm, address: 10.0.0.2}}}}",
        "real_servers:",
    ]
    for index in range(count):
        address, to = f"10.1.{index // 250}.{index % 250 + 1}", f"172.16.{index // 250}.{index % 250}/32"
        port = f"{{network: farm, address: {address}}}"
        lines.append(f"  web{index}: {{interfaces: {{eth0: {port}}}, routes: [{{to: {to}, via: 10.0.0.9}}]}}")
    servers = ", ".join(f"web{index}" for index in range(count))
    lines += ["vips: {web: {address: 10.2.0.1}}", "services:"]
    lines.append(f"  http: {{vip: web, port: 80, mode: dr, real_servers: [{servers}]}}")
    return "\n".join(lines) + "\n"
