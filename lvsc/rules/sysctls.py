"""The kernel settings below those trees that are closed: each device has just these (Linux 6.1 to 6.18)."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


IPV4 = _words(
    """
    accept_local accept_redirects accept_source_route arp_accept arp_announce arp_evict_nocarrier arp_filter
    arp_ignore arp_notify bc_forwarding bootp_relay disable_policy disable_xfrm drop_gratuitous_arp
    drop_unicast_in_l2_multicast force_igmp_version forwarding igmpv2_unsolicited_report_interval
    igmpv3_unsolicited_report_interval ignore_routes_with_linkdown log_martians mc_forwarding medium_id
    promote_secondaries proxy_arp proxy_arp_pvlan route_localnet rp_filter secure_redirects send_redirects
    shared_media src_valid_mark tag
    """
)
IPV6 = _words(
    """
    accept_dad accept_ra accept_ra_defrtr accept_ra_from_local accept_ra_min_hop_limit accept_ra_min_lft
    accept_ra_mtu accept_ra_pinfo accept_ra_rt_info_max_plen accept_ra_rt_info_min_plen accept_ra_rtr_pref
    accept_redirects accept_source_route accept_untracked_na addr_gen_mode autoconf dad_transmits disable_ipv6
    disable_policy drop_unicast_in_l2_multicast drop_unsolicited_na enhanced_dad force_forwarding
    force_mld_version force_tllao forwarding hop_limit ignore_routes_with_linkdown ioam6_enabled ioam6_id
    ioam6_id_wide keep_addr_on_down max_addresses max_desync_factor mc_forwarding
    mldv1_unsolicited_report_interval mldv2_unsolicited_report_interval mtu ndisc_evict_nocarrier ndisc_notify
    ndisc_tclass optimistic_dad proxy_ndp ra_defrtr_metric ra_honor_pio_life ra_honor_pio_pflag regen_max_retry
    regen_min_advance router_probe_interval router_solicitation_delay router_solicitation_interval
    router_solicitation_max_interval router_solicitations rpl_seg_enabled seg6_enabled seg6_require_hmac
    stable_secret suppress_frag_ndisc temp_prefered_lft temp_valid_lft use_oif_addrs_only use_optimistic
    use_tempaddr
    """
)
NEIGHBOUR = _words(
    """
    anycast_delay app_solicit base_reachable_time base_reachable_time_ms delay_first_probe_time gc_stale_time
    interval_probe_time_ms locktime mcast_resolicit mcast_solicit proxy_delay proxy_qlen retrans_time
    retrans_time_ms ucast_solicit unres_qlen unres_qlen_bytes
    """
)
NEIGHBOUR_TABLE = frozenset({"gc_interval", "gc_thresh1", "gc_thresh2", "gc_thresh3"})
VS = _words(
    """
    am_droprate amemthresh backup_only cache_bypass conn_lfactor conn_reuse_mode conntrack debug_level
    drop_entry drop_packet est_cpulist est_nice expire_nodest_conn expire_quiescent_template ignore_tunneled
    lblc_expiration lblcr_expiration nat_icmp_send pmtu_disc run_estimation schedule_icmp secure_tcp sloppy_sctp
    sloppy_tcp snat_reroute svc_lfactor sync_persist_mode sync_ports sync_qlen_max sync_refresh_period
    sync_retries sync_sock_size sync_threshold sync_version
    """
)
