"""The modes of kube-proxy."""

from __future__ import annotations

import enum


class ProxyMode(enum.Enum):
    """How kube-proxy balances the services of a Kubernetes cluster."""

    IPTABLES = "iptables"
    IPVS = "ipvs"
    NFTABLES = "nftables"
