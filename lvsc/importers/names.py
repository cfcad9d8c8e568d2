"""Names of the language for things that a source calls otherwise, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lvsc.words import Address, Protocol

_OTHER = re.compile(r"[^A-Za-z0-9_.-]+")
_SERVICES = {
    20: "ftp-data", 21: "ftp", 22: "ssh", 25: "smtp", 53: "dns", 80: "http", 110: "pop3", 123: "ntp", 143: "imap",
    389: "ldap", 443: "https", 465: "smtps", 514: "syslog", 587: "submission", 636: "ldaps", 993: "imaps",
    995: "pop3s", 1812: "radius", 1813: "radius-acct", 3128: "proxy", 3306: "mysql", 3389: "rdp", 5060: "sip",
    5432: "postgres", 6379: "redis", 6443: "kube-api",
}  # fmt: skip


class Namer:
    """Gives every thing a name of its own."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.numbers: dict[str, int] = {}

    def name(self, wish: str, otherwise: str) -> str:
        """The wish made a name, with a number where it is taken."""
        plain = plain_name(wish) or plain_name(otherwise) or "n"
        found, number = plain, self.numbers.get(plain, 2)
        while found in self.taken:
            found = f"{plain[:50]}-{number}"
            number += 1
        self.numbers[plain] = number
        self.taken.add(found)
        return found


def plain_name(text: str) -> str:
    """The text with what no name may have made dashes; empty where nothing is left."""
    found = _OTHER.sub("-", text[:200]).strip("-.")
    if found and not found[0].isalpha():
        found = f"n{found}" if found[0].isdigit() else found.lstrip("_-.0123456789")
    # A key that starts with x- is a note to the language.
    return (f"n{found}" if found == "x" or found.startswith("x-") else found)[:60].rstrip("-.")


def short(addresses: Iterable[Address]) -> dict[Address, str]:
    """The end of each address that tells it from the others, as letters and digits."""
    addresses = list(dict.fromkeys(addresses))
    found: dict[Address, str] = {}
    for version in (4, 6):
        own = [each for each in addresses if each.version == version]
        separator, most = (".", 4) if version == 4 else (":", 8)
        parts = {each: each.exploded.split(separator) for each in own}
        for length in range(1, most + 1):
            ends = {each: "-".join(_trimmed(part) for part in parts[each][-length:]) for each in own}
            if len(set(ends.values())) == len(own):
                break
        else:
            continue
        mixed = version == 6 and len(own) < len(addresses)
        found.update({each: f"{end}-v6" if mixed else end for each, end in ends.items()})
    return found


def _trimmed(part: str) -> str:
    return part.lstrip("0") or "0"


def service_name(protocol: Protocol, port: int, mark: int | None) -> str:
    """What a service is usually called: http, udp-53, mark-7."""
    if mark is not None:
        return f"mark-{mark}"
    usual = _SERVICES.get(port)
    if usual is not None and protocol is not Protocol.SCTP:
        return usual if protocol is Protocol.TCP or usual in ("dns", "ntp", "syslog", "radius") else f"{usual}-udp"
    return f"{protocol.value}-{port}" if port else f"{protocol.value}-all"
