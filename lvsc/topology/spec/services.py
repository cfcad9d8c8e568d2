"""Services, pools and health checks, as a file writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Required, TypeAlias

from pydantic import Field

from lvsc.topology.spec.base import (
    Addresses,
    AddressText,
    Count,
    Digest,
    Duration,
    HexText,
    HostText,
    Mark,
    Name,
    Netmask,
    Port,
    PortOrAll,
    PortRange,
    ProgramWord,
    Quorum,
    RangeName,
    SafeText,
    SchedulerName,
    Spec,
    StatusRange,
    UserName,
    Weight,
    one_or_many,
)

Mode = Literal["nat", "dr", "tun"]
FlagName = Literal["fallback", "port"]
ProtocolName = Literal["tcp", "udp", "sctp"]
RegexOption = Literal[
    "allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames", "extended",
    "firstline", "match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess",
    "no_dotstar_anchor", "no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c", "alt_circumflex",
    "alt_verbnames", "use_offset_limit",
]  # fmt: skip
Status = Annotated[int, Field(ge=100, le=599)]
Length = Annotated[int, Field(ge=0, le=65535)]
FileWeight = Annotated[int, Field(ge=-65535, le=65535)]
RecordType = Literal["A", "AAAA", "NS", "SOA", "MX", "TXT", "CNAME"]


if TYPE_CHECKING:
    Statuses: TypeAlias = int | str | list[int | str]
    RegexOptions: TypeAlias = str | list[str]
else:
    Statuses = one_or_many(Status | StatusRange)
    RegexOptions = one_or_many(RegexOption)


class PersistenceSpec(Spec, total=False):
    """One client, or client network, stays with one real server."""

    timeout: Annotated[Duration, Field(description="How long after its last connection; 5m without it.")]
    engine: Annotated[Literal["sip"], Field(description="What tells clients apart: the Call-ID of sip (UDP).")]
    netmask: Annotated[Netmask, Field(description="IPv4 clients of one network count as one.")]
    netmask6: Annotated[int, Field(ge=1, le=128, description="The same for IPv6, as a prefix length.")]


class TunnelSpec(Spec, total=False):
    """The encapsulation of mode tun."""

    type: Annotated[Literal["ipip", "gue", "gre"], Field(description="The outer protocol; ipip without it.")]
    port: Annotated[Port, Field(description="The UDP port of gue.")]


class TcpCheckSpec(Spec, total=False):
    """Connect, and that is all."""


class ScriptSpec(Spec, total=False):
    """A program that is told something."""

    command: Required[
        Annotated[
            list[ProgramWord], Field(min_length=1, description="The program's absolute path, then its arguments.")
        ]
    ]
    user: Annotated[UserName, Field(description="Who runs it; nobody without it.")]


class PageSpec(Spec, total=False):
    """A page, and what is to be on it."""

    path: Annotated[SafeText, Field(description="The path to ask for; / without it.")]
    status: Annotated[Statuses, Field(description="The status to expect, ranges or several; any 2xx without it.")]
    host: Annotated[HostText, Field(description="The virtual host to ask.")]
    digest: Annotated[Digest, Field(description="The MD5 of the whole page.")]
    regex: Annotated[SafeText, Field(description="An expression (PCRE) that the answer must match.")]
    regex_no_match: Annotated[bool, Field(description="It must not match.")]
    regex_options: Annotated[RegexOptions, Field(description="Options of the expression.")]
    regex_min_offset: Annotated[Count, Field(description="The first byte at which a match may begin.")]
    regex_max_offset: Annotated[Count, Field(description="The last byte at which a match may begin.")]


class HttpCheckSpec(PageSpec, total=False):
    """Ask for a page, or several."""

    urls: Annotated[list[PageSpec], Field(min_length=1, description="Several pages, all of which must be right.")]
    protocol: Annotated[Literal["1.0", "1.0C", "1.1"], Field(description="The version of HTTP; 1.0 without it.")]
    sni: Annotated[bool, Field(description="Whether TLS is told the host's name (https); true without it.")]
    fast_recovery: Annotated[bool, Field(description="Pages are asked for at once, not one an interval.")]


class SmtpCheckSpec(Spec, total=False):
    """Greet a mail server."""

    helo: Annotated[HostText, Field(description="The name to greet with.")]


class DnsCheckSpec(Spec, total=False):
    """Ask a name server."""

    name: Annotated[HostText, Field(description="The name to ask for; the root without it.")]
    type: Annotated[RecordType, Field(description="The record type; SOA without it.")]


class UdpCheckSpec(Spec, total=False):
    """Send a datagram; an ICMP error means down."""

    require_reply: Annotated[bool, Field(description="No answer means down, too.")]
    payload: Annotated[HexText, Field(description="What to send, in hexadecimal digits.")]
    reply: Annotated[HexText, Field(description="What the answer must begin with, in hexadecimal digits; x is any.")]
    min_length: Annotated[Length, Field(description="The least bytes of an answer.")]
    max_length: Annotated[Length, Field(description="The most bytes of an answer; 255 without it.")]


class PingCheckSpec(Spec, total=False):
    """Send an ICMP echo request."""


class ScriptCheckSpec(ScriptSpec, total=False):
    """Run a program; exit code 0 means up."""


class FileCheckSpec(Spec, total=False):
    """Read a number from a file."""

    path: Required[Annotated[ProgramWord, Field(description="The file's absolute path.")]]
    weight: Annotated[FileWeight, Field(description="What the number is multiplied by and added to the weight.")]


class BfdCheckSpec(Spec, total=False):
    """Speak BFD with the real server."""

    min_rx: Annotated[Duration, Field(description="The least time between its packets; 10ms without it.")]
    min_tx: Annotated[Duration, Field(description="The least time between own packets; 10ms without it.")]
    idle_tx: Annotated[Duration, Field(description="The time between own packets while it is down; 1s without it.")]
    multiplier: Annotated[int, Field(ge=1, le=255, description="Packets lost until it is down; 5 without it.")]
    passive: Annotated[bool, Field(description="Wait until it speaks first.")]
    max_hops: Annotated[int, Field(ge=0, le=254, description="Routers that may lie between; 0 without it.")]


class HealthSpec(Spec, total=False):
    """How the director knows that a real server works: exactly one kind of check, and its pace."""

    tcp: Annotated[TcpCheckSpec | None, Field(description="Connect.")]
    http: Annotated[HttpCheckSpec | None, Field(description="Ask for a page.")]
    https: Annotated[HttpCheckSpec | None, Field(description="Ask for a page over TLS.")]
    smtp: Annotated[SmtpCheckSpec | None, Field(description="Greet a mail server.")]
    dns: Annotated[DnsCheckSpec | None, Field(description="Ask a name server.")]
    udp: Annotated[UdpCheckSpec | None, Field(description="Send a datagram.")]
    ping: Annotated[PingCheckSpec | None, Field(description="Send an echo request.")]
    script: Annotated[ScriptCheckSpec, Field(description="Run a program.")]
    file: Annotated[FileCheckSpec, Field(description="Read a number.")]
    bfd: Annotated[BfdCheckSpec | None, Field(description="Speak BFD.")]
    port: Annotated[Port, Field(description="The port to check, where it is not the real server's.")]
    interval: Annotated[Duration, Field(description="Time from check to check; 5s without it.")]
    timeout: Annotated[Duration, Field(description="How long to wait for an answer; 2s without it.")]
    retries: Annotated[int, Field(ge=0, le=100, description="Failed tries before it counts as down; 3 without it.")]
    retry_delay: Annotated[Duration, Field(description="Time from try to try; 1s without it.")]
    warmup: Annotated[Duration, Field(description="The longest wait before the first check; the interval without it.")]
    alpha: Annotated[bool, Field(description="The real server starts as down, until this check says that it works.")]
    log_all_failures: Annotated[bool, Field(description="Every failed try is logged, not just the last.")]
    address: Annotated[Addresses, Field(description="The address to check, where it is not the real server's.")]
    source: Annotated[Addresses, Field(description="The director's address to check from.")]
    source_port: Annotated[Port, Field(description="The director's port to check from.")]
    mark: Annotated[Mark, Field(description="The firewall mark of the check's packets.")]


class SorrySpec(Spec, total=False):
    """Who answers when no real server can."""

    real_server: Annotated[Name, Field(description="A real server of this file.")]
    address: Annotated[AddressText, Field(description="Or an address outside it.")]
    port: Annotated[Port, Field(description="Its port, where it is not the service's (nat only).")]
    inhibit: Annotated[bool, Field(description="It stays in the table with weight 0 while it is not needed.")]


if TYPE_CHECKING:
    Checks: TypeAlias = HealthSpec | list[HealthSpec]
else:
    Checks = one_or_many(HealthSpec)


class MemberSpec(Spec, total=False):
    """One real server of a service or pool."""

    port: Annotated[Port, Field(description="Its port, where it is not the service's (nat only).")]
    weight: Annotated[Weight, Field(description="Its share; 0 takes no new connections.")]
    upper_threshold: Annotated[Count, Field(description="Connections at which it gets no more; 0 is no limit.")]
    lower_threshold: Annotated[Count, Field(description="Connections below which it gets some again.")]
    health: Annotated[Checks | None, Field(description="Checks of its own, where they are not the service's.")]


Members = (
    Annotated[dict[RangeName, MemberSpec | None], Field(min_length=1)] | Annotated[list[RangeName], Field(min_length=1)]
)


if TYPE_CHECKING:
    Ports: TypeAlias = int | str | list[int | str]
    Protocols: TypeAlias = str | list[str]
    Flags: TypeAlias = str | list[str]
else:
    Ports = one_or_many(PortOrAll | PortRange)
    Protocols = one_or_many(ProtocolName)
    Flags = one_or_many(FlagName)


class ServiceSettings(Spec, total=False):
    """What `defaults` may say for every service."""

    mode: Annotated[Mode, Field(description="The forwarding method: nat, dr (direct routing) or tun.")]
    scheduler: Annotated[SchedulerName, Field(description="How connections are shared out; wlc without it.")]
    scheduler_flags: Annotated[Flags, Field(description="Flags of sh and mh: fallback, port.")]
    weight: Annotated[Weight, Field(description="The weight of real servers that state none; 1 without it.")]
    upper_threshold: Annotated[Count, Field(description="The upper threshold of real servers that state none.")]
    lower_threshold: Annotated[Count, Field(description="The lower threshold of real servers that state none.")]
    persistence: Annotated[
        PersistenceSpec | Duration | None,
        Field(description="One client stays with one real server: a timeout, or details; null switches a default off."),
    ]
    one_packet: Annotated[bool, Field(description="Schedule every datagram anew (UDP).")]
    tunnel: Annotated[TunnelSpec, Field(description="The encapsulation of mode tun; ipip without it.")]
    health: Annotated[Checks | None, Field(description="How real servers are checked; null switches a default off.")]
    sorry_server: Annotated[
        SorrySpec | None, Field(description="Who answers when no real server can; null switches a default off.")
    ]
    quorum: Annotated[Quorum, Field(description="The sum of weights that keeps the service up; 1 without it.")]
    hysteresis: Annotated[Count, Field(description="How far the sum must pass the quorum to count.")]
    alpha: Annotated[bool, Field(description="Real servers start as down, until a check says that they work.")]
    omega: Annotated[bool, Field(description="Scripts for going down run when keepalived stops, too.")]
    inhibit_on_failure: Annotated[
        bool, Field(description="A real server that fails gets weight 0 and is not taken out of the table.")
    ]
    quorum_up: Annotated[ScriptSpec | None, Field(description="A program that runs when the quorum is gained.")]
    quorum_down: Annotated[ScriptSpec | None, Field(description="A program that runs when the quorum is lost.")]
    notify_up: Annotated[ScriptSpec | None, Field(description="A program that runs when a real server comes up.")]
    notify_down: Annotated[ScriptSpec | None, Field(description="A program that runs when a real server goes down.")]
    smtp_alert: Annotated[bool, Field(description="Whether changes of the service are mailed.")]


class ServiceSpec(ServiceSettings, total=False):
    """A virtual service: what clients reach at a VIP."""

    vip: Required[Annotated[Name, Field(description="The VIP.")]]
    protocol: Annotated[Protocols, Field(description="tcp (without it), udp, sctp, or several.")]
    port: Annotated[PortOrAll, Field(description="The port; 0 is every port.")]
    ports: Annotated[Ports, Field(description="Several ports; ranges with `as_one`.")]
    as_one: Annotated[bool, Field(description="All ports are one service, joined by a firewall mark.")]
    mark: Annotated[Mark, Field(description="The firewall mark; lvsc chooses one where `as_one` needs it.")]
    helper: Annotated[
        Literal["ftp"], Field(description="The kernel's helper for a protocol that opens more connections (nat).")
    ]
    real_servers: Annotated[Members, Field(description="The real servers: names, or a mapping with their settings.")]
    pool: Annotated[Name, Field(description="Or a pool of them.")]


class PoolSpec(Spec, total=False):
    """Real servers that several services share."""

    members: Required[
        Annotated[Members, Field(description="The real servers: names, or a mapping with their settings.")]
    ]
