"""keepalived.conf (2.2.7): VRRP instances, virtual servers and their health checks.

Every word is a number, an address, a name of the language (letters, digits,
`_.-`) or text that `topology` allows only without `"`, `\\` and `$`: the
parser has no escape for those (lib/parser.c).
"""

from __future__ import annotations

from collections.abc import Iterator

from lvsc.emit.base import HEADER, File
from lvsc.emit.ipvsadm import flag_name, netmask
from lvsc.emit.keepalived_checks import checker, runs, tracked
from lvsc.emit.keepalived_text import Block, block, seconds
from lvsc.state import Destination, HealthCheck, HostState, VirtualService, VrrpInstance
from lvsc.words import PACELESS, Family, ForwardingMethod, Script, TunnelType, Upkeep

NAME = "keepalived"
PATH = "etc/keepalived/keepalived.conf"

# keepalived.conf(5): more than 20 addresses may not fit an advertisement; the rest goes to the excluded block.
_ADVERTISED = 20


def emit(host: HostState) -> Iterator[File]:
    """The file, where keepalived owns the table or moves VIPs."""
    if not host.keepalived:
        return
    lines = [*block("global_defs", _globals(host)), *_drains(host), *tracked(host.ipvs), *_sync_groups(host)]
    for instance in host.vrrp:
        lines += ["", *block(f"vrrp_instance {instance.name}", _instance(instance))]
    for service in host.ipvs:
        lines += ["", *block(f"virtual_server {_who(service)}", _service(service))]
    yield File(PATH, HEADER + "".join(f"{line}\n" for line in lines))


def _globals(host: HostState) -> Block:
    yield f"router_id {host.name}"
    if host.vrrp:
        yield "vrrp_version 3"
        yield "vrrp_garp_master_refresh 60"
    if host.sync is not None:
        yield f"lvs_sync_daemon {host.sync.device} {host.sync.instance} id {host.sync.id}"
    if any(runs(service) for service in host.ipvs):
        # 2.2.7 -t kills itself unless it runs as this user (lib/notify.c: check_script_secure); the daemon does not.
        yield "script_user nobody"
        yield "enable_script_security"


def drain_file(name: str) -> str:
    """The file that takes a real server out: its number is added to the weight in every service.

    It survives a reboot, and a reload (keepalived.conf(5): track_file, FILE_CHECK).
    """
    return f"/var/lib/lvsc/drain/{name}"


def _drains(host: HostState) -> Block:
    for name in dict.fromkeys(each.name for service in host.ipvs for each in service.destinations):
        yield ""
        yield from block(f"track_file drain_{name}", [f"file {drain_file(name)}", "weight 1", "init_file 0"])


def _sync_groups(host: HostState) -> Block:
    """Instances that move together: half a failover answers nobody."""
    for name in dict.fromkeys(instance.group for instance in host.vrrp):
        members = [instance.name for instance in host.vrrp if instance.group == name]
        if len(members) > 1:
            yield ""
            yield from block(f"vrrp_sync_group {name}_sync", block("group", members))


def _instance(instance: VrrpInstance) -> Block:
    yield "state BACKUP"
    yield f"interface {instance.device}"
    yield f"virtual_router_id {instance.router_id}"
    yield f"priority {instance.priority}"
    yield f"advert_int {instance.advert_interval}"
    if not instance.preempt:
        yield "nopreempt"
    if instance.source is not None:
        yield f"unicast_src_ip {instance.source}"
        yield from block("unicast_peer", (str(peer) for peer in instance.peers))
    addresses = [f"{address} dev {device}" for address, device in instance.addresses]
    yield from block("virtual_ipaddress", addresses[:_ADVERTISED])
    if addresses[_ADVERTISED:]:
        yield from block("virtual_ipaddress_excluded", addresses[_ADVERTISED:])


def _who(service: VirtualService) -> str:
    return f"fwmark {service.mark}" if service.mark is not None else f"{service.address} {service.port}"


def _service(service: VirtualService) -> Block:
    if service.mark is not None:
        yield f"ip_family {'inet6' if service.family is Family.V6 else 'inet'}"
    pace = next((check for check in service.every_check() if check.kind not in PACELESS), None)
    if pace is not None:
        yield f"delay_loop {seconds(pace.interval)}"
    yield f"lvs_sched {service.scheduler.value}"
    yield from (flag_name(service, flag) for flag in service.flags)
    if service.one_packet:
        yield "ops"
    method = next((destination.method for destination in service.destinations), ForwardingMethod.NAT)
    first = service.sorry or next(iter(service.destinations), None)
    yield f"lvs_method {method.name}{_tunnel(first)}"
    if service.mark is None:
        yield f"protocol {service.protocol.name}"
    if service.persistence:
        yield f"persistence_timeout {service.persistence}"
        if service.netmask != service.family.bits:
            yield f"persistence_granularity {netmask(service)}"
        if service.engine is not None:
            yield f"persistence_engine {service.engine}"
    yield from _upkeep(service.upkeep)
    if service.sorry is not None:
        yield f"sorry_server {service.sorry.address} {service.sorry.port}"
        if service.upkeep.inhibit_sorry:
            yield "sorry_server_inhibit"
    for destination in service.destinations:
        port = f" {destination.port}" if destination.port or service.mark is None else ""
        yield from block(f"real_server {destination.address}{port}", _server(service, destination, pace))


def _upkeep(upkeep: Upkeep) -> Block:
    """What differs from keepalived's defaults."""
    if upkeep.quorum != 1:
        yield f"quorum {upkeep.quorum}"
    if upkeep.hysteresis:
        yield f"hysteresis {upkeep.hysteresis}"
    for word, said in (("alpha", upkeep.alpha), ("omega", upkeep.omega), ("inhibit_on_failure", upkeep.inhibit)):
        if said:
            yield word
    if upkeep.smtp_alert is not None:
        yield f"smtp_alert {'true' if upkeep.smtp_alert else 'false'}"
    yield from (f"{name} {_script(script)}" for name, script in upkeep.scripts() if name.startswith("quorum"))


def _script(script: Script) -> str:
    user = f" {script.user}" if script.user is not None else ""
    return f'"{" ".join(script.command)}"{user}'


def _server(service: VirtualService, destination: Destination, pace: HealthCheck | None) -> Block:
    yield f"weight {destination.weight}"
    yield from block("FILE_CHECK", [f"track_file drain_{destination.name}", "weight 1"])
    if destination.upper_threshold:
        yield f"uthreshold {destination.upper_threshold}"
    if destination.lower_threshold:
        yield f"lthreshold {destination.lower_threshold}"
    yield from (f"{name} {_script(script)}" for name, script in service.upkeep.scripts() if name.startswith("notify"))
    for check in service.checks_of(destination):
        yield from checker(check, destination, pace)


def _tunnel(destination: Destination | None) -> str:
    if destination is None or destination.method is not ForwardingMethod.TUN or destination.tunnel is TunnelType.IPIP:
        return ""
    port = f" port {destination.tunnel_port}" if destination.tunnel_port is not None else ""
    return f" type {destination.tunnel.value}{port}"
