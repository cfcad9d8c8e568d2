"""Networks, hosts and clients, as a file writes them."""

from __future__ import annotations

from typing import Annotated, Literal, Required

from pydantic import Field

from lvsc.topology.spec.base import (
    Addresses,
    AddressText,
    Destination,
    GatewayTexts,
    InterfaceName,
    Mtu,
    Name,
    NetworkText,
    NetworkTexts,
    RangeAddress,
    RangeAddresses,
    Release,
    SchedulerName,
    Spec,
    Sysctls,
)

PlatformName = Literal["openstack", "aws", "gcp", "azure", "vmware", "hyperv"]


class NetworkSpec(Spec, total=False):
    """One network segment: hosts on it hear each other's broadcasts."""

    subnet: Annotated[NetworkText, Field(description="The segment's only subnet.")]
    subnets: Annotated[NetworkTexts, Field(description="The segment's subnets, IPv4 and IPv6.")]
    gateway: Annotated[
        GatewayTexts,
        Field(description="The default gateway of its hosts: a router's name, or an address of each family."),
    ]
    mtu: Annotated[Mtu, Field(description="The largest packet in bytes; 1500 without it.")]
    platform: Annotated[PlatformName, Field(description="The cloud or hypervisor that carries it.")]
    foreign_addresses: Annotated[
        bool,
        Field(
            description="true: the platform lets hosts use addresses that it has not given them (allowed address"
            " pairs, no source/destination check, IP forwarding)."
        ),
    ]


class InterfaceSpec(Spec, total=False):
    """A host's network interface."""

    network: Required[Annotated[Name, Field(description="The network it is plugged into.")]]
    address: Annotated[RangeAddress, Field(description="Its only address; the prefix is the subnet's.")]
    addresses: Annotated[RangeAddresses, Field(description="Its addresses, IPv4 and IPv6.")]
    mtu: Annotated[Mtu, Field(description="The largest packet, where it is not the network's.")]


class RouteSpec(Spec, total=False):
    """A route of a host beside its default gateway."""

    to: Required[Annotated[Destination, Field(description="`default`, a network or an address.")]]
    via: Annotated[AddressText, Field(description="The next hop; without it the network is on the link.")]
    interface: Annotated[InterfaceName, Field(description="The interface it leaves by.")]


Interfaces = Annotated[dict[InterfaceName, InterfaceSpec], Field(min_length=1, description="Interfaces by name.")]
Gateway = Annotated[
    GatewayTexts,
    Field(description="The default gateway: addresses, or the name of a router, director or failover group."),
]
Routes = Annotated[list[RouteSpec], Field(description="Routes beside the default gateway.")]


class HostSpec(Spec, total=False):
    """What every host has."""

    interfaces: Required[Interfaces]
    gateway: Gateway
    routes: Routes
    sysctls: Sysctls


class RouterSpec(HostSpec, total=False):
    """A router between networks; lvsc knows it and does not configure it."""


class KubernetesSpec(Spec, total=False):
    """A host that is a node of a Kubernetes cluster: what runs there beside lvsc, which does not configure it."""

    proxy_mode: Required[Annotated[Literal["iptables", "ipvs", "nftables"], Field(description="kube-proxy's `mode`.")]]
    version: Annotated[Release, Field(description="The node's release, in quotes.")]
    strict_arp: Annotated[bool, Field(description="kube-proxy's `ipvs.strictARP`; false without it.")]
    exclude_cidrs: Annotated[NetworkTexts, Field(description="kube-proxy's `ipvs.excludeCIDRs`.")]
    scheduler: Annotated[SchedulerName, Field(description="kube-proxy's `ipvs.scheduler`; rr without it.")]
    masquerade_bit: Annotated[
        int, Field(ge=0, le=31, description="kube-proxy's `iptables.masqueradeBit`; 14 without it.")
    ]
    announcer: Annotated[
        Literal["metallb", "kube-vip"], Field(description="What announces LoadBalancer addresses by ARP.")
    ]
    pod_tunnel: Annotated[Literal["ipip"], Field(description="How packets between pods of different nodes travel.")]


Kubernetes = Annotated[KubernetesSpec, Field(description="The host is a node of a Kubernetes cluster.")]


class DirectorSpec(HostSpec, total=False):
    """A director: a host that balances."""

    kubernetes: Kubernetes


class HoldsSpec(Spec, total=False):
    """What an unmanaged real server holds already."""

    vip_device: Annotated[InterfaceName, Field(description="The device that carries the VIPs, often lo.")]
    tunnel_device: Annotated[InterfaceName, Field(description="The device that decapsulates (tun).")]
    sysctls: Sysctls


class RealServerSpec(HostSpec, total=False):
    """A real server: a host that does the work."""

    managed: Annotated[bool, Field(description="false: lvsc emits nothing for it and trusts `holds` only.")]
    vip_device: Annotated[
        InterfaceName, Field(description="Where lvsc puts the VIPs (dr, tun): lo (without it) or a dummy device.")
    ]
    holds: Annotated[HoldsSpec, Field(description="What an unmanaged host holds already.")]
    kubernetes: Kubernetes


class ClientSpec(Spec, total=False):
    """An origin of requests."""

    network: Annotated[Name, Field(description="The network the client is on.")]
    address: Annotated[AddressText, Field(description="Its only address.")]
    addresses: Annotated[Addresses, Field(description="Its addresses, IPv4 and IPv6.")]
    behind: Annotated[Name, Field(description="The router that the client is somewhere behind.")]


class SyncSpec(Spec, total=False):
    """Where directors tell each other of their connections."""

    network: Required[Annotated[Name, Field(description="The network of the sync daemon's multicast.")]]
    id: Annotated[int, Field(ge=1, le=255, description="The sync id; without it the virtual router id.")]


class FailoverSpec(Spec, total=False):
    """Directors that hold VIPs in turn, by VRRP (RFC 9568)."""

    directors: Required[
        Annotated[list[Name], Field(min_length=1, description="The directors; the first has the highest priority.")]
    ]
    network: Required[Annotated[Name, Field(description="The network on which they advertise.")]]
    virtual_router_id: Required[Annotated[int, Field(ge=1, le=255, description="Unique on the network.")]]
    advert_interval: Annotated[int, Field(ge=1, le=40, description="Seconds between advertisements; 1 without it.")]
    preempt: Annotated[
        bool, Field(description="A better director takes the VIPs back when it returns; true without it.")
    ]
    unicast: Annotated[bool, Field(description="Advertise to each peer's address instead of multicast.")]
    follows: Annotated[Name, Field(description="The failover group it moves together with.")]
    gateway_address: Annotated[AddressText, Field(description="A floating gateway of the network.")]
    gateway_addresses: Annotated[Addresses, Field(description="Floating gateways of both families.")]
    sync: Annotated[SyncSpec, Field(description="Connection synchronisation.")]


class VipSpec(Spec, total=False):
    """A virtual IP address, or one of each family."""

    address: Annotated[AddressText, Field(description="The only address.")]
    addresses: Annotated[Addresses, Field(description="The addresses, IPv4 and IPv6.")]
    network: Annotated[Name, Field(description="The network it lives on; without it the one whose subnet holds it.")]
    failover: Annotated[Name, Field(description="The group of directors that hold it in turn.")]
    director: Annotated[Name, Field(description="The one director that holds it.")]
