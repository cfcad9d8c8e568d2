"""The kernel's receivers of GUE (fou.ko): no devices, but named as such, by UDP port and outer family."""

from __future__ import annotations

import json
import re
from typing import Any

from lvsc.finding import LvscError
from lvsc.kernel import tool
from lvsc.plan.thing import DeviceValue

_NAME = re.compile(r"lvsc-gue(\d+)-([46])")
_ANY = {4: "0.0.0.0", 6: "::"}
_MTU = 1500


def is_receiver(name: str) -> bool:
    """Whether a device's name stands for a receiver."""
    return _NAME.fullmatch(name) is not None


def read() -> dict[str, DeviceValue]:
    """Those that are there, by the name lvsc gives them; none where the kernel has no fou, or `ip` is missing."""
    if tool.found("ip") is None:
        return {}
    done = tool.run(["ip", "-j", "fou", "show"])
    return receivers(json.loads(done.out)) if done.code == 0 and done.out.strip() else {}


def receivers(document: list[dict[str, Any]]) -> dict[str, DeviceValue]:
    """What `ip -j fou show` lists; without a protocol of its own a receiver takes GUE (iproute2: ipfou.c)."""
    found = {}
    for each in document:
        if "gue" in each:
            outer = 6 if each.get("family") == "inet6" else 4
            value = DeviceValue("fou", _MTU, each.get("local", _ANY[outer]), each["port"])
            found[f"lvsc-gue{each['port']}-{outer}"] = value
    return found


def change(name: str, there: bool) -> None:
    """Open a receiver, or close it. Raises LvscError when the kernel refuses."""
    match = _NAME.fullmatch(name)
    assert match is not None
    port, outer = match[1], match[2]
    verb = ["add", "port", port, "gue"] if there else ["del", "port", port]
    done = tool.run(["ip", f"-{outer}", "fou", *verb])
    if done.code:
        said = next((line for line in done.err.splitlines() if line.strip()), "it does not say why")
        what = f"cannot {'open' if there else 'close'} UDP port {port} for GUE over IPv{outer}: {said}"
        raise LvscError(what, f"load what it needs: modprobe fou{'6' if outer == '6' else ''}; look who has the port")
