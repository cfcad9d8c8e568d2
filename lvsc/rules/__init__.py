"""Lint rules: one file a rule, and the table of them all."""

from collections.abc import Iterator
from types import ModuleType

from lvsc.finding import Finding
from lvsc.rules import (
    address_conflict,
    address_is_broadcast,
    address_is_network,
    address_not_unicast,
    check_on_another_port,
    check_slower_than_interval,
    check_without_port,
    default_vrid,
    destination_hash_of_one_vip,
    director_hides_vip,
    disconnected_part,
    dr_gateway_is_director,
    drops_gratuitous_arp,
    duplicate_service,
    duplicate_vrid,
    every_weight_zero,
    failover_of_one,
    forwarding_off,
    ftp_without_helper,
    hash_without_fallback,
    inside_does_not_follow,
    late_detection,
    mark_of_kube_proxy,
    nat_client_on_link,
    nat_gateway_does_not_float,
    nat_reply_bypasses_director,
    no_way_back,
    one_arm_redirects,
    overlapping_networks,
    persistence_for_everyone,
    persistence_of_a_hash_scheduler,
    persistence_per_port,
    port_hidden_by_mark,
    port_remap,
    port_zero_without_persistence,
    proxy_arp_answers_vip,
    real_server_announces_vip,
    real_server_answers_arp,
    real_server_off_link,
    real_server_undescribed,
    real_server_without_address,
    reverse_path_drops_requests,
    reverse_path_drops_tunnel,
    sh_weights_overflow,
    sorry_server_is_real_server,
    sysctl_of_no_device,
    threshold_counts_ended_connections,
    tunnel_mtu,
    tunnel_not_opened,
    udp_judged_by_tcp,
    udp_without_one_packet,
    unicast_without_address,
    unreachable,
    vip_missing_on_real_server,
    vip_off_director,
    vip_on_several_directors,
    vrrp_without_address,
    weights_ignored,
)
from lvsc.rules.base import Rule, Site
from lvsc.rules.evidence import explain

RULES: tuple[ModuleType, ...] = (
    real_server_answers_arp,
    real_server_announces_vip,
    address_conflict,
    vip_off_director,
    vip_on_several_directors,
    disconnected_part,
    nat_reply_bypasses_director,
    nat_client_on_link,
    forwarding_off,
    reverse_path_drops_tunnel,
    real_server_off_link,
    port_remap,
    vip_missing_on_real_server,
    tunnel_not_opened,
    real_server_undescribed,
    real_server_without_address,
    duplicate_service,
    port_zero_without_persistence,
    duplicate_vrid,
    hash_without_fallback,
    sh_weights_overflow,
    destination_hash_of_one_vip,
    weights_ignored,
    every_weight_zero,
    persistence_per_port,
    persistence_of_a_hash_scheduler,
    persistence_for_everyone,
    udp_without_one_packet,
    udp_judged_by_tcp,
    check_on_another_port,
    check_without_port,
    check_slower_than_interval,
    late_detection,
    threshold_counts_ended_connections,
    sorry_server_is_real_server,
    mark_of_kube_proxy,
    port_hidden_by_mark,
    ftp_without_helper,
    dr_gateway_is_director,
    no_way_back,
    nat_gateway_does_not_float,
    inside_does_not_follow,
    one_arm_redirects,
    reverse_path_drops_requests,
    proxy_arp_answers_vip,
    director_hides_vip,
    drops_gratuitous_arp,
    failover_of_one,
    default_vrid,
    unicast_without_address,
    vrrp_without_address,
    address_is_broadcast,
    address_is_network,
    address_not_unicast,
    overlapping_networks,
    sysctl_of_no_device,
    tunnel_mtu,
    unreachable,
)

__all__ = ["RULES", "Rule", "Site", "check", "others"]


def check(site: Site) -> Iterator[Finding]:
    """All findings of all rules, those that break packets with a packet's way, and every loss that none explains."""
    findings, rest = explain(site, others(site))
    yield from findings
    yield from unreachable.unexplained(site, rest)


def others(site: Site) -> Iterator[Finding]:
    """The findings of the rules that know a cause."""
    for module in RULES:
        if module is not unreachable:
            yield from module.check(site)
