"""The words of keepalived.conf 2.2.7: what lvsc takes, what its language has no place for, and what is history.

A keyword that the language learns to say moves from NO_PLACE to the reader of
its block: one line here, one there.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Spellings of old, and the word that means the same.
SAME = {
    "lb_algo": "lvs_sched",
    "lb_kind": "lvs_method",
    "nb_get_retry": "retry",
    "nat_mask": "natmask",
    "lvs_sync_daemon_interface": "lvs_sync_daemon",
    "lvs_flush_onstop": "lvs_flush_on_stop",
    "neighbor_ip": "neighbour_ip",
    "vrrp_process": "vrrp_process_name",
}

# Words that say nothing (any more): nothing is lost by leaving them out.
NOTHING = {
    "natmask": "keepalived has ignored it since 2007",
    "ha_suspend": "lvsc's directors hold their VIPs by VRRP",
    "enable_script_security": "lvsc switches it on wherever a script runs",
    "script_user": "lvsc runs scripts as nobody",
    "hashed": "the kernel sets it by itself",
    "auth_type": "VRRP version 3, which lvsc writes, has no authentication",
    "auth_pass": "VRRP version 3, which lvsc writes, has no authentication",
    "authentication": "VRRP version 3, which lvsc writes, has no authentication",
    "version": "lvsc writes version 3",
    "vrrp_garp_master_refresh": "lvsc writes 60",
    "native_ipv6": "each family has an instance of its own",
}

# What cannot be said in a topology yet; everything here is listed by import, with its place.
NO_PLACE = _words(
    """
    accept advert_source_ip bfd_cpu_affinity bfd_instance bfd_no_swap bfd_priority bfd_process_name
    bfd_rlimit_rtime bfd_rlimit_rttime bfd_rt_priority bind_if ca certificate check_unicast_src
    checker checker_cpu_affinity checker_log_all_failures checker_no_swap checker_priority checker_process_name
    checker_rlimit_rtime checker_rlimit_rttime checker_rt_priority child_wait_time config_save_dir
    data_use_instance dbus_service_name debug default_interface delay disable_local_igmp dont_track_primary
    down_timer_adverts dynamic dynamic_interfaces enable_dbus enable_snmp_checker enable_snmp_keepalived
    enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_snmp_vrrp enable_traps fall
    fifo_write_vrrp_states_on_reload file flag-1 flag-2 flag-3 fork_delay full_command garp_extra_if
    garp_group garp_interval garp_lower_prio_delay garp_lower_prio_repeat garp_master_delay garp_master_refresh
    garp_master_refresh_repeat garp_master_repeat global_tracking gna_interval higher_prio_send_advert hoplimit
    host idle_tx include_check init_fail init_file instance
    interface_up_down_delays interfaces interval kernel_rx_buf_size key linkbeat_interfaces linkbeat_use_polling
    log_unknown_vrids lower_prio_no_advert lvs_flush lvs_flush_on_stop lvs_netlink_cmd_rcv_bufs
    lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force lvs_notify_fifo
    lvs_notify_fifo_script lvs_process_name lvs_timeouts max_auto_priority max_hops mcast_dst_ip
    mcast_src_ip min_auto_priority_delay min_rx min_tx misc_dynamic mode multiplier
    namespace_with_ipsets neighbour_ip net_namespace net_namespace_ipvs nftables nftables_counters
    nftables_ifindex nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark nftables_priority no_accept
    no_checker_emails no_email_faults notification_email notification_email_from notify notify_backup
    notify_deleted notify_fault notify_fifo notify_fifo_script notify_master
    notify_master_rx_lower_pri notify_priority_changes notify_stop old_unicast_checksum
    param_match passive password preempt preempt_delay process process_monitor_rcv_bufs
    process_monitor_rcv_bufs_force process_name process_names promote_secondaries quorum_max
    random_seed regex_stack
    reload_check_config reload_file reload_repeat reload_time_file rise rs_init_notifies script shutdown_script
    shutdown_script_timeout skip_check_adv_addr smtp_alert smtp_alert_checker smtp_alert_vrrp smtp_connect_timeout
    smtp_helo_name smtp_server snmp_name snmp_socket sorry_server_lvs_method source_ip SSL
    startup_script startup_script_timeout static_ipaddress static_routes static_rules strict_mode
    sync_group_tracking_weight terminate_delay timeout tmp_config_directory track_bfd track_file track_group
    track_interface track_process track_script track_src_ip ttl umask unicast_fault_no_peer unicast_ttl use_ipvlan
    use_pid_dir use_vmac use_vmac_addr virtual_routes virtual_rules vmac_addr_prefix vmac_garp_intvl
    vmac_prefix vmac_xmit_base vrf vrrp vrrp_check_unicast_src vrrp_cpu_affinity vrrp_down_timer_adverts
    vrrp_garp_extra_if vrrp_garp_interval vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat
    vrrp_garp_master_delay vrrp_garp_master_refresh_repeat vrrp_garp_master_repeat vrrp_gna_interval
    vrrp_higher_prio_send_advert vrrp_ipsets vrrp_iptables vrrp_lower_prio_no_advert vrrp_mcast_group4
    vrrp_mcast_group6 vrrp_min_garp vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force
    vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force vrrp_no_swap vrrp_notify_fifo
    vrrp_notify_fifo_script vrrp_notify_priority_changes vrrp_priority vrrp_process_name vrrp_rlimit_rtime
    vrrp_rlimit_rttime vrrp_rt_priority vrrp_rx_bufs_multiplier vrrp_rx_bufs_policy vrrp_script
    vrrp_skip_check_adv_addr vrrp_startup_delay vrrp_strict vrrp_track_file vrrp_track_process
    vrrp_vmac_garp_intvl
    """
)

# What the readers of blocks take.
TAKEN = _words(
    """
    global_defs router_id vrrp_version
    lvs_sync_daemon vrrp_instance vrrp_sync_group group virtual_server virtual_server_group
    state interface virtual_router_id priority advert_int nopreempt unicast_src_ip unicast_peer virtual_ipaddress
    virtual_ipaddress_excluded delay_loop lvs_sched lvs_method protocol persistence_timeout
    persistence_granularity ops sh-port sh-fallback mh-port mh-fallback ip_family sorry_server virtualhost
    connect_timeout retry delay_before_retry real_server weight uthreshold lthreshold connect_port url path
    status_code helo_name type name require_reply misc_path misc_timeout TCP_CHECK HTTP_GET SSL_GET SMTP_CHECK
    DNS_CHECK UDP_CHECK PING_CHECK MISC_CHECK
    alpha bind_port bindto connect_ip digest fast_recovery fwmark http_protocol hysteresis inhibit_on_failure
    log_all_failures max_reply_length min_reply_length notify_down notify_up omega payload persistence_engine quorum
    quorum_down quorum_up regex regex_max_offset regex_min_offset regex_no_match regex_options sorry_server_inhibit
    user warmup FILE_CHECK BFD_CHECK enable_sni
    """
)

KNOWN = NO_PLACE | TAKEN | frozenset(NOTHING) | frozenset(SAME)

# Words after these are nobody's business; so are those after a word of this kind that nobody knows.
_SECRET_PARTS = ("pass", "secret", "token", "api_key", "apikey", "community")


def is_secret(keyword: str) -> bool:
    """Whether what follows the keyword is not to be shown."""
    lowered = keyword.lower()
    return any(part in lowered for part in _SECRET_PARTS) and lowered not in ("passive", "pass_through")
