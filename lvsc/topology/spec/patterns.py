"""The textual types of the language: each pattern, and what it wants in a user's words."""

from __future__ import annotations

NAME = r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$"
RANGE_NAME = r"^[A-Za-z][A-Za-z0-9_.\[\]-]{0,62}$"
INTERFACE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$"
ADDRESS = r"^[0-9A-Fa-f:.]{2,45}$"
ADDRESS_OR_NAME = r"^[0-9A-Za-z:_.-]{1,63}$"
RANGE_ADDRESS = r"^[0-9A-Fa-f:.\[\]-]{2,80}(/[0-9]{1,3})?$"
NETWORK = r"^[0-9A-Fa-f:.]{2,45}/[0-9]{1,3}$"
DESTINATION = r"^(default|[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?)$"
DURATION = r"^[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h|d)$"
SYSCTL = r"^net[./][A-Za-z0-9_./:@-]{1,120}$"
PORT_RANGE = r"^[0-9]{1,5}-[0-9]{1,5}$"
SAFE_TEXT = r"^[ !#%-\[\]-~]{1,200}$"
PROGRAM_WORD = r"^[A-Za-z0-9_./:@%+=,-]{1,200}$"
STATUS_RANGE = r"^[1-5][0-9]{2}-[1-5][0-9]{2}$"
DIGEST = r"^[0-9A-Fa-f]{32}$"
HEX_TEXT = r"^[0-9A-Fa-fXx]{2,400}$"
USER_NAME = r"^[a-z_][a-z0-9_-]{0,31}$"
HOST_TEXT = r"^[A-Za-z0-9_.:-]{1,253}$"
RELEASE = r"^1\.[0-9]{1,3}$"
NETMASK = r"^255(\.[0-9]{1,3}){3}$"

# What each pattern wants, in a user's words.
EXPECTED: dict[str, str] = {
    NAME: "a name: a letter, then letters, digits, `.`, `_`, `-`, 63 at most",
    RANGE_NAME: "a name such as `web1`, or a range such as `web[01-40]`",
    INTERFACE: "an interface name such as `eth0`, 15 characters at most",
    ADDRESS: "an address such as 192.0.2.10 or 2001:db8::10",
    ADDRESS_OR_NAME: "an address or a name",
    RANGE_ADDRESS: "an address such as 192.0.2.10, with a prefix if needed, or a range such as 192.0.2.[11-50]",
    NETWORK: "a network such as 192.0.2.0/24",
    DESTINATION: "`default`, an address or a network",
    DURATION: "a duration such as 500ms, 5s, 10m or 1h, or whole seconds",
    SYSCTL: "a network setting such as net.ipv4.conf.all.arp_ignore",
    PORT_RANGE: "a port from 0 to 65535, or a range such as 30000-31000",
    SAFE_TEXT: 'plain ASCII text without `"`, `\\` and `$` (keepalived.conf cannot quote them), 200 characters at most',
    PROGRAM_WORD: "a word of letters, digits and `_ . / : @ % + = , -` (it becomes part of a command)",
    STATUS_RANGE: "a status from 100 to 599, or a range such as 400-404",
    DIGEST: "an MD5: 32 hexadecimal digits, in quotes",
    HEX_TEXT: "hexadecimal digits, two a byte, in quotes",
    USER_NAME: "the name of a user: small letters, digits, `_`, `-`, 32 at most",
    HOST_TEXT: "a host name",
    RELEASE: 'a release of Kubernetes such as "1.35", in quotes',
    NETMASK: "a prefix length such as 24, or a netmask such as 255.255.255.0",
}
