"""Lint rules: one file a rule, and the table of them all."""

from collections.abc import Iterator
from types import ModuleType

from lvsc.finding import Finding
from lvsc.rules import (
    address_conflict,
    disconnected_part,
    duplicate_service,
    duplicate_vrid,
    forwarding_off,
    nat_client_on_link,
    nat_reply_bypasses_director,
    port_remap,
    port_zero_without_persistence,
    real_server_announces_vip,
    real_server_answers_arp,
    real_server_off_link,
    real_server_undescribed,
    reverse_path_drops_tunnel,
    tunnel_not_opened,
    vip_missing_on_real_server,
    vip_off_director,
    vip_on_several_directors,
)
from lvsc.rules.base import Rule, Site

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
    duplicate_service,
    port_zero_without_persistence,
    duplicate_vrid,
)

__all__ = ["RULES", "Rule", "Site", "check"]


def check(site: Site) -> Iterator[Finding]:
    """All findings of all rules."""
    for module in RULES:
        yield from module.check(site)
