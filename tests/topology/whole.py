"""One document that holds every key of the language, for tests that change it piece by piece."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def whole() -> dict[str, Any]:
    """The document; structurally right, not a cluster that works."""
    return copy.deepcopy(_WHOLE)


def paths(node: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of a document, outermost first."""
    yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from paths(value, (*path, key))


def at(node: Any, path: Path) -> Any:
    """What stands at a place."""
    for part in path:
        node = node[part]
    return node


def changed(path: Path, value: Any) -> Any:
    """The document with another value at a place."""
    if not path:
        return value
    document = whole()
    at(document, path[:-1])[path[-1]] = value
    return document


def without(path: Path) -> Any:
    """The document without a key or item."""
    document = whole()
    del at(document, path[:-1])[path[-1]]
    return document


def added(path: Path, key: str, value: Any) -> Any:
    """The document with another key in a mapping."""
    document = whole()
    at(document, path)[key] = value
    return document


_HOST = {
    "interfaces": {
        "eth0": {"network": "lan", "address": "192.0.2.2/24", "mtu": 9000},
        "eth0.5": {"network": "lan", "addresses": ["192.0.2.3", "2001:db8::3"]},
    },
    "gateway": ["core", "2001:db8::1"],
    "routes": [
        {"to": "default", "via": "192.0.2.1", "interface": "eth0"},
        {"to": "10.0.0.0/8", "via": "192.0.2.1"},
        {"to": "10.0.0.1", "interface": "lo"},
    ],
    "sysctls": {"net.ipv4.ip_forward": 1, "net/ipv4/conf/eth0.5/rp_filter": 2},
}
_NODE = {
    "proxy_mode": "ipvs",
    "version": "1.35",
    "strict_arp": True,
    "exclude_cidrs": ["192.0.2.100/32", "2001:db8::/64"],
    "scheduler": "wrr",
    "masquerade_bit": 14,
    "announcer": "metallb",
    "pod_tunnel": "ipip",
}
_PAGE: dict[str, Any] = {
    "path": "/health",
    "status": 200,
    "host": "www.example.net",
    "digest": "0123456789abcdef0123456789ABCDEF",
    "regex": "up",
    "regex_no_match": False,
    "regex_options": "caseless",
    "regex_min_offset": 0,
    "regex_max_offset": 100,
}
_SETTINGS = {
    "mode": "tun",
    "scheduler": "mh",
    "scheduler_flags": ["fallback", "port"],
    "weight": 10,
    "upper_threshold": 200,
    "lower_threshold": 100,
    "persistence": {"timeout": "5m", "engine": "sip", "netmask": "255.255.255.0", "netmask6": 64},
    "one_packet": False,
    "tunnel": {"type": "gue", "port": 6080},
    "health": {
        "http": {
            **_PAGE,
            "urls": [{**_PAGE, "status": [200, "400-404"], "regex_options": ["dotall"]}, {"status": "200-299"}],
            "protocol": "1.1",
            "sni": True,
            "fast_recovery": True,
        },
        "port": 8080,
        "interval": "5s",
        "timeout": 2,
        "retries": 3,
        "retry_delay": "500ms",
        "warmup": 0,
        "alpha": True,
        "log_all_failures": True,
        "address": "192.0.2.77",
        "source": ["192.0.2.3", "2001:db8::3"],
        "source_port": 4000,
        "mark": 9,
    },
    "sorry_server": {"real_server": "web1", "port": 81, "inhibit": True},
    "quorum": 2,
    "hysteresis": 1,
    "alpha": True,
    "omega": True,
    "inhibit_on_failure": True,
    "quorum_up": {"command": ["/usr/local/bin/tell", "up"], "user": "nobody"},
    "quorum_down": None,
    "notify_up": {"command": ["/usr/local/bin/tell"]},
    "notify_down": None,
    "smtp_alert": True,
}
_WHOLE: dict[str, Any] = {
    "lvsc": 1,
    "defaults": {"service": _SETTINGS},
    "networks": {
        "lan": {
            "subnets": ["192.0.2.0/24", "2001:db8::/64"],
            "gateway": "core",
            "mtu": 1500,
            "platform": "aws",
            "foreign_addresses": True,
        },
        "far": {"subnet": "198.51.100.0/24", "gateway": ["198.51.100.1"]},
    },
    "routers": {"core": _HOST},
    "clients": {
        "office": {"network": "lan", "addresses": ["192.0.2.200"]},
        "home": {"behind": "core", "address": "203.0.113.7"},
    },
    "directors": {
        "lvs1": {**_HOST, "kubernetes": _NODE},
        "lvs2": {"interfaces": {"eth0": {"network": "lan", "address": "192.0.2.4"}}},
    },
    "failover": {
        "edge": {
            "directors": ["lvs1", "lvs2"],
            "network": "lan",
            "virtual_router_id": 61,
            "advert_interval": 1,
            "preempt": True,
            "unicast": False,
            "follows": "rack",
            "gateway_address": "192.0.2.9",
            "gateway_addresses": ["192.0.2.9", "2001:db8::9"],
            "sync": {"network": "lan", "id": 7},
        }
    },
    "real_servers": {
        "web[1-3]": {**_HOST, "managed": True, "vip_device": "dummy0", "kubernetes": {"proxy_mode": "nftables"}},
        "old1": {
            **_HOST,
            "managed": False,
            "holds": {"vip_device": "lo", "tunnel_device": "tunl0", "sysctls": {"net.ipv4.conf.all.arp_ignore": 1}},
        },
    },
    "pools": {
        "web": {"members": {"web[1-3]": {"port": 80, "weight": 1, "upper_threshold": 9, "lower_threshold": 0}}},
        "old": {"members": ["old1"]},
    },
    "vips": {
        "shop": {"addresses": ["192.0.2.100"], "failover": "edge"},
        "blog": {"address": "192.0.2.101", "network": "lan", "director": "lvs1"},
    },
    "services": {
        "shop": {
            **_SETTINGS,
            "vip": "shop",
            "protocol": ["tcp", "udp"],
            "ports": [80, "8000-8010"],
            "as_one": True,
            "mark": 7,
            "real_servers": {
                "web[1-3]": None,
                "old1": {"weight": 0, "health": [{"tcp": {}}, {"bfd": None}]},
            },
        },
        "blog": {"vip": "blog", "port": 0, "mode": "nat", "helper": "ftp", "protocol": "tcp", "pool": "web"},
        **{
            kind: {"vip": "blog", "port": 1, "real_servers": ["old1"], "health": {kind: check}}
            for kind, check in {
                "tcp": {},
                "https": None,
                "smtp": {"helo": "lvs1.example.net"},
                "dns": {"name": "example.net", "type": "AAAA"},
                "udp": {"require_reply": True, "payload": "00ff", "reply": "0xff", "min_length": 2, "max_length": 9},
                "ping": None,
                "script": {"command": ["/usr/local/bin/check", "--fast"], "user": "nobody"},
                "file": {"path": "/etc/lvsc/out", "weight": -3},
                "bfd": {
                    "min_rx": "50ms",
                    "min_tx": "50ms",
                    "idle_tx": 1,
                    "multiplier": 3,
                    "passive": True,
                    "max_hops": 1,
                },
            }.items()
        },
        "plain": {"vip": "blog", "ports": "8000-8010", "persistence": "5m", "sorry_server": {"address": "192.0.2.7"}},
        "off": {"vip": "blog", "ports": 80, "persistence": None, "health": None, "sorry_server": None},
    },
    "tests": [
        {"from": "office", "to": "shop"},
        {"from": ["office", "home"], "to": ["shop", "blog"], "answered_by": ["web", "old1"], "down": "lvs1"},
        {"from": "home", "to": "plain", "answered_by": "web[1-3]", "down": ["lvs1", "web1"], "never": ["old1"]},
    ],
}
