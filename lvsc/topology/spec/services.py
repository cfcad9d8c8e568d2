"""Services, pools and health checks, as a file writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Required, TypeAlias

from pydantic import Field

from lvsc.topology.spec.base import (
    AddressText,
    Count,
    Duration,
    HostText,
    Mark,
    Name,
    Netmask,
    Port,
    PortOrAll,
    PortRange,
    ProgramWord,
    RangeName,
    SafeText,
    SchedulerName,
    Spec,
    Weight,
    one_or_many,
)

Mode = Literal["nat", "dr", "tun"]
FlagName = Literal["fallback", "port"]
ProtocolName = Literal["tcp", "udp", "sctp"]
RecordType = Literal["A", "AAAA", "NS", "SOA", "MX", "TXT", "CNAME"]


class MemberSpec(Spec, total=False):
    """One real server of a service or pool."""

    port: Annotated[Port, Field(description="Its port, where it is not the service's (nat only).")]
    weight: Annotated[Weight, Field(description="Its share; 0 takes no new connections.")]
    upper_threshold: Annotated[Count, Field(description="Connections at which it gets no more; 0 is no limit.")]
    lower_threshold: Annotated[Count, Field(description="Connections below which it gets some again.")]


Members = (
    Annotated[dict[RangeName, MemberSpec | None], Field(min_length=1)] | Annotated[list[RangeName], Field(min_length=1)]
)


class PersistenceSpec(Spec, total=False):
    """One client, or client network, stays with one real server."""

    timeout: Annotated[Duration, Field(description="How long after its last connection; 5m without it.")]
    netmask: Annotated[Netmask, Field(description="IPv4 clients of one network count as one.")]
    netmask6: Annotated[int, Field(ge=1, le=128, description="The same for IPv6, as a prefix length.")]


class TunnelSpec(Spec, total=False):
    """The encapsulation of mode tun."""

    type: Annotated[Literal["ipip", "gue", "gre"], Field(description="The outer protocol; ipip without it.")]
    port: Annotated[Port, Field(description="The UDP port of gue.")]


class TcpCheckSpec(Spec, total=False):
    """Connect, and that is all."""


class HttpCheckSpec(Spec, total=False):
    """Ask for a page."""

    path: Annotated[SafeText, Field(description="The path to ask for; / without it.")]
    status: Annotated[int, Field(ge=100, le=599, description="The status to expect; any 2xx without it.")]
    host: Annotated[HostText, Field(description="The virtual host to ask.")]


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


class PingCheckSpec(Spec, total=False):
    """Send an ICMP echo request."""


class ScriptCheckSpec(Spec, total=False):
    """Run a program; exit code 0 means up."""

    command: Required[
        Annotated[
            list[ProgramWord], Field(min_length=1, description="The program's absolute path, then its arguments.")
        ]
    ]


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
    port: Annotated[Port, Field(description="The port to check, where it is not the real server's.")]
    interval: Annotated[Duration, Field(description="Time from check to check; 5s without it.")]
    timeout: Annotated[Duration, Field(description="How long to wait for an answer; 2s without it.")]
    retries: Annotated[int, Field(ge=0, le=100, description="Failed tries before it counts as down; 3 without it.")]
    retry_delay: Annotated[Duration, Field(description="Time from try to try; 1s without it.")]


class SorrySpec(Spec, total=False):
    """Who answers when no real server can."""

    real_server: Annotated[Name, Field(description="A real server of this file.")]
    address: Annotated[AddressText, Field(description="Or an address outside it.")]
    port: Annotated[Port, Field(description="Its port, where it is not the service's (nat only).")]


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
    health: Annotated[
        HealthSpec | None, Field(description="How real servers are checked; null switches a default off.")
    ]
    sorry_server: Annotated[
        SorrySpec | None, Field(description="Who answers when no real server can; null switches a default off.")
    ]


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
