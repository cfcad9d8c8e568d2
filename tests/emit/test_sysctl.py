"""The order of kernel settings: what resets others comes before them."""

from __future__ import annotations

from lvsc.emit import sysctl
from lvsc.lower.hosts import in_order
from lvsc.state import HostState
from lvsc.words import HostRole


def test_what_resets_other_settings_comes_first() -> None:
    stated = {
        "net/ipv4/conf/a0/forwarding": 0,
        "net/ipv4/conf/all/accept_redirects": 1,
        "net/ipv4/conf/all/forwarding": 1,
        "net/ipv4/ip_forward": 1,
        "net/ipv6/conf/a0/forwarding": 0,
        "net/ipv6/conf/all/forwarding": 1,
    }
    (file,) = sysctl.emit(HostState("lvs1", HostRole.DIRECTOR, managed=True, sysctls=in_order(stated)))
    assert [line for line in file.text.splitlines() if not line.startswith("#")] == [
        "net/ipv4/ip_forward = 1",
        "net/ipv4/conf/all/forwarding = 1",
        "net/ipv6/conf/all/forwarding = 1",
        "net/ipv4/conf/a0/forwarding = 0",
        "net/ipv4/conf/all/accept_redirects = 1",
        "net/ipv6/conf/a0/forwarding = 0",
    ]
