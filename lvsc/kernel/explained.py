"""What rtnetlink refuses, in words."""

from __future__ import annotations

import errno
import os

from lvsc.finding import LvscError

_SAID: dict[int, tuple[str, str]] = {
    errno.EEXIST: ("{what} is there already", "somebody else made it meanwhile: plan again"),
    errno.EADDRNOTAVAIL: ("{what} is not there", "somebody else removed it meanwhile: plan again"),
    errno.ESRCH: ("{what} is not there", "somebody else removed it meanwhile: plan again"),
    errno.ENODEV: ("{what}: there is no such device", "look at: ip link"),
    errno.EPERM: ("may not change {what}", "run as root, or with CAP_NET_ADMIN, outside an unprivileged container"),
    errno.EACCES: ("IPv6 is off for {what}", "set net.ipv6.conf.DEVICE.disable_ipv6 to 0"),
    errno.EOPNOTSUPP: ("this kernel cannot make {what}", "load the module of its kind: modprobe KIND"),
    errno.ENETUNREACH: ("{what}: the gateway is on no connected network", "give the host an address beside it"),
    errno.EHOSTUNREACH: ("{what}: the gateway is on no connected network", "give the host an address beside it"),
    errno.ENOBUFS: ("the kernel lost an answer about {what}", "try again"),
}
_MODULES = {"ipip": "ipip", "sit": "sit", "gre": "ip_gre", "ip6tnl": "ip6_tunnel", "ip6gre": "ip6_gre"}


def explained(number: int, what: str) -> LvscError:
    """The fault for an errno (positive) about a thing."""
    sentence, remedy = _SAID.get(number, ("the kernel refused {what}: " + os.strerror(number), ""))
    kind = what.split(" ")[0]
    return LvscError(sentence.format(what=what), remedy.replace("KIND", _MODULES.get(kind, kind)))
