"""keepalived.conf (2.2.7): VRRP instances, virtual servers and their health checks.

Every word is a number, an address, a name of the language (letters, digits,
`_.-`) or text that `topology` allows only without `"`, `\\` and `$`: the
parser has no escape for those (lib/parser.c).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lvsc.emit.base import HEADER, File
from lvsc.emit.ipvsadm import flag_name, netmask
from lvsc.state import Destination, HealthCheck, HostState, VirtualService, VrrpInstance
from lvsc.words import CheckKind, Family, ForwardingMethod, TunnelType

NAME = "keepalived"
PATH = "etc/keepalived/keepalived.conf"

# keepalived.conf(5): more than 20 addresses may not fit an advertisement; the rest goes to the excluded block.
_ADVERTISED = 20
_CHECKERS = {
    CheckKind.TCP: "TCP_CHECK",
    CheckKind.HTTP: "HTTP_GET",
    CheckKind.HTTPS: "SSL_GET",
    CheckKind.SMTP: "SMTP_CHECK",
    CheckKind.DNS: "DNS_CHECK",
    CheckKind.UDP: "UDP_CHECK",
    CheckKind.PING: "PING_CHECK",
    CheckKind.SCRIPT: "MISC_CHECK",
}
Block = Iterator[str]


def emit(host: HostState) -> Iterator[File]:
    """The file, where keepalived owns the table or moves VIPs."""
    if not host.keepalived:
        return
    lines = [*_block("global_defs", _globals(host)), *_drains(host), *_sync_groups(host)]
    for instance in host.vrrp:
        lines += ["", *_block(f"vrrp_instance {instance.name}", _instance(instance))]
    for service in host.ipvs:
        lines += ["", *_block(f"virtual_server {_who(service)}", _service(service))]
    yield File(PATH, HEADER + "".join(f"{line}\n" for line in lines))


def _block(head: str, body: Iterable[str]) -> Block:
    yield f"{head} {{"
    for line in body:
        yield f"    {line}"
    yield "}"


def _globals(host: HostState) -> Block:
    yield f"router_id {host.name}"
    if host.vrrp:
        yield "vrrp_version 3"
        yield "vrrp_garp_master_refresh 60"
    if host.sync is not None:
        yield f"lvs_sync_daemon {host.sync.device} {host.sync.instance} id {host.sync.id}"
    if any(service.health and service.health.kind is CheckKind.SCRIPT for service in host.ipvs):
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
        yield from _block(f"track_file drain_{name}", [f"file {drain_file(name)}", "weight 1", "init_file 0"])


def _sync_groups(host: HostState) -> Block:
    """Instances that move together: half a failover answers nobody."""
    for name in dict.fromkeys(instance.group for instance in host.vrrp):
        members = [instance.name for instance in host.vrrp if instance.group == name]
        if len(members) > 1:
            yield ""
            yield from _block(f"vrrp_sync_group {name}_sync", _block("group", members))


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
        yield from _block("unicast_peer", (str(peer) for peer in instance.peers))
    addresses = [f"{address} dev {device}" for address, device in instance.addresses]
    yield from _block("virtual_ipaddress", addresses[:_ADVERTISED])
    if addresses[_ADVERTISED:]:
        yield from _block("virtual_ipaddress_excluded", addresses[_ADVERTISED:])


def _who(service: VirtualService) -> str:
    return f"fwmark {service.mark}" if service.mark is not None else f"{service.address} {service.port}"


def _service(service: VirtualService) -> Block:
    if service.mark is not None:
        yield f"ip_family {'inet6' if service.family is Family.V6 else 'inet'}"
    if service.health is not None:
        yield f"delay_loop {_seconds(service.health.interval)}"
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
    if service.sorry is not None:
        yield f"sorry_server {service.sorry.address} {service.sorry.port}"
    for destination in service.destinations:
        port = f" {destination.port}" if destination.port or service.mark is None else ""
        yield from _block(f"real_server {destination.address}{port}", _server(destination, service.health))


def _server(destination: Destination, health: HealthCheck | None) -> Block:
    yield f"weight {destination.weight}"
    yield from _block("FILE_CHECK", [f"track_file drain_{destination.name}", "weight 1"])
    if destination.upper_threshold:
        yield f"uthreshold {destination.upper_threshold}"
    if destination.lower_threshold:
        yield f"lthreshold {destination.lower_threshold}"
    if health is not None:
        yield from _block(_CHECKERS[health.kind], _check(health, destination))


def _tunnel(destination: Destination | None) -> str:
    if destination is None or destination.method is not ForwardingMethod.TUN or destination.tunnel is TunnelType.IPIP:
        return ""
    port = f" port {destination.tunnel_port}" if destination.tunnel_port is not None else ""
    return f" type {destination.tunnel.value}{port}"


def _check(health: HealthCheck, destination: Destination) -> Block:
    option = dict(health.option)
    if health.kind is CheckKind.SCRIPT:
        command = option["command"]
        assert isinstance(command, tuple)
        yield f'misc_path "{" ".join(command)}"'
        yield f"misc_timeout {max(1, round(health.timeout / 1000))}"
    else:
        port = health.port or (None if destination.port else health.first_port)
        if port is not None and health.kind is not CheckKind.PING:
            yield f"connect_port {port}"
        yield f"connect_timeout {_seconds(health.timeout)}"
    yield f"retry {health.retries}"
    yield f"delay_before_retry {_seconds(health.retry_delay)}"
    if health.kind in (CheckKind.HTTP, CheckKind.HTTPS):
        yield from _http(health.kind, option)
    elif health.kind is CheckKind.SMTP and "helo" in option:
        yield f"helo_name {option['helo']}"
    elif health.kind is CheckKind.DNS:
        yield f"type {option.get('type', 'SOA')}"
        yield f"name {option.get('name', '.')}"
    elif health.kind is CheckKind.UDP and option.get("require_reply"):
        yield "require_reply"


def _http(kind: CheckKind, option: dict[str, str | int | bool | tuple[str, ...]]) -> Block:
    if "host" in option:
        yield f"virtualhost {option['host']}"
    if kind is CheckKind.HTTPS:
        yield "enable_sni"
    status = [f"status_code {option['status']}"] if "status" in option else []
    yield from _block("url", [f'path "{option.get("path", "/")}"', *status])


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".")
