"""The kernel settings that hold in the end, from those written and when.

net/ipv4/devinet.c hands a value of `default` on to every device that has no
address yet and whose key was never written (devinet_copy_dflt_conf); the
first address of a device ends that (ipv4_devconf_setall). net/ipv6 copies
`default` only into devices made later. include/linux/inetdevice.h says how
`all` and the device combine.
"""

from __future__ import annotations

from collections.abc import Iterable

from lvsc.state import HostState, LinkKind
from lvsc.walk.trace import Fact, FactKind
from lvsc.words import sysctl_name

_ON = frozenset({"send_redirects", "accept_redirects", "secure_redirects", "shared_media"})
_ON6 = frozenset({"accept_redirects"})
# tunl0 and its like are made with the network namespace, before anything can be written.
_FALLBACK = frozenset({"lo", "tunl0", "ip6tnl0", "sit0", "gre0"})
Conf = dict[str, dict[str, int]]


class Settings:
    """Effective settings of one host."""

    def __init__(self, state: HostState) -> None:
        self._v4: Conf = {"all": {}, "default": {}}
        self._v6: Conf = {"all": {}, "default": {}}
        self._written: set[tuple[str, str]] = set()
        self._fixed: set[str] = set()
        self.other: dict[str, int] = {}
        devices = [link.name for link in state.links if link.kind is not LinkKind.FOU]
        self._make(name for name in dict.fromkeys(["lo", *devices]) if name in _FALLBACK)
        self._write_all(state.early)
        self._make(name for name in devices if name not in _FALLBACK)
        self._write_all(state.sysctls)
        self._fixed = {held.device for held in state.addresses if held.address.version == 4} | {"lo"}
        self._write_all(state.late)

    def _make(self, devices: Iterable[str]) -> None:
        for name in devices:
            self._v4[name] = dict(self._v4["default"])
            self._v6[name] = dict(self._v6["default"])

    def _write_all(self, sysctls: Iterable[tuple[str, int]]) -> None:
        for path, value in sysctls:
            parts = path.split("/")
            if path == "net/ipv4/ip_forward":
                self._forward(value)
            elif len(parts) == 5 and parts[:3] == ["net", "ipv4", "conf"]:
                self._write4(parts[3], parts[4], value)
            elif len(parts) == 5 and parts[:3] == ["net", "ipv6", "conf"]:
                self._write6(parts[3], parts[4], value)
            else:
                self.other[path] = value

    def _forward(self, value: int) -> None:
        """net/ipv4/devinet.c: inet_forward_change()."""
        self._v4["all"]["accept_redirects"] = int(not value)
        for conf in self._v4.values():
            conf["forwarding"] = value

    def _write4(self, device: str, name: str, value: int) -> None:
        if device not in self._v4:
            return
        if device == "all" and name == "forwarding":
            self._forward(value)
            return
        self._v4[device][name] = value
        if device == "default" and name != "forwarding":
            for other, conf in self._v4.items():
                if other not in ("all", "default") and (other, name) not in self._written and other not in self._fixed:
                    conf[name] = value
        else:
            self._written.add((device, name))

    def _write6(self, device: str, name: str, value: int) -> None:
        if device not in self._v6:
            return
        for conf in self._v6.values() if (device, name) == ("all", "forwarding") else (self._v6[device],):
            conf[name] = value

    def get(self, path: str, unset: int = 0) -> int:
        """A setting that is not one of a device."""
        return self.other.get(path, unset)

    def own(self, name: str, device: str) -> int:
        """The IPv4 value of `all`, `default` or a device by itself."""
        return self._v4.get(device, {}).get(name, int(name in _ON))

    def own6(self, name: str, device: str) -> int:
        """The IPv6 value."""
        return self._v6.get(device, {}).get(name, int(name in _ON6))

    def most(self, name: str, device: str) -> int:
        """IN_DEV_MAXCONF: arp_ignore, arp_announce, rp_filter, arp_accept."""
        return max(self.own(name, "all"), self.own(name, device))

    def either(self, name: str, device: str) -> bool:
        """IN_DEV_ORCONF: proxy_arp, arp_filter, send_redirects, accept_local, shared_media, route_localnet."""
        return bool(self.own(name, "all") or self.own(name, device))

    def forwards(self, device: str) -> bool:
        """Whether packets that arrive by the device are forwarded, IPv4."""
        return bool(self.own("forwarding", device))

    def accepts_redirects(self, device: str) -> bool:
        """IN_DEV_RX_REDIRECTS: both of a host that forwards, either of one that does not."""
        values = [self.own("accept_redirects", "all"), self.own("accept_redirects", device)]
        return all(values) if self.forwards(device) else any(values)

    def fact(self, name: str, device: str) -> Fact:
        """The setting of `all` or the device that gives the greater value."""
        own, every = self.own(name, device), self.own(name, "all")
        key = f"net/ipv4/conf/{device if own >= every else 'all'}/{name}"
        return Fact(FactKind.SYSCTL, sysctl_name(key), str(max(own, every)))

    def fact_of(self, path: str) -> Fact:
        """A setting that is not combined."""
        parts = path.split("/")
        value = self.other.get(path, 0)
        if len(parts) == 5 and parts[2] == "conf":
            value = self.own(parts[4], parts[3]) if parts[1] == "ipv4" else self.own6(parts[4], parts[3])
        elif path == "net/ipv4/ip_forward":
            value = self.own("forwarding", "all")
        return Fact(FactKind.SYSCTL, sysctl_name(path), str(value))
