"""How a director hands a packet to a real server."""

from __future__ import annotations

import enum


class ForwardingMethod(enum.Enum):
    """A forwarding method of IPVS (ipvsadm -m, -g, -i)."""

    NAT = "nat"
    DR = "dr"
    TUN = "tun"


class TunnelType(enum.Enum):
    """The encapsulation of the TUN method (ipvsadm --tun-type; Linux 5.3 has all three)."""

    IPIP = "ipip"
    GUE = "gue"
    GRE = "gre"
