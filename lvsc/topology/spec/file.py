"""A whole file of the language."""

from __future__ import annotations

from typing import Annotated, Required

from pydantic import Field

from lvsc.topology.spec.base import Name, RangeName, Spec
from lvsc.topology.spec.expectations import ExpectationSpec
from lvsc.topology.spec.hosts import (
    ClientSpec,
    DirectorSpec,
    FailoverSpec,
    NetworkSpec,
    RealServerSpec,
    RouterSpec,
    VipSpec,
)
from lvsc.topology.spec.services import PoolSpec, ServiceSettings, ServiceSpec


class DefaultsSpec(Spec, total=False):
    """What holds where nothing else is said."""

    service: Annotated[ServiceSettings, Field(description="Settings of every service.")]


class FileSpec(Spec, total=False):
    """A topology file."""

    # Not Literal[1], which takes `true` for 1.
    lvsc: Required[Annotated[int, Field(ge=1, le=1, description="The version of the language: 1.")]]
    defaults: Annotated[DefaultsSpec | None, Field(description="What holds where nothing else is said.")]
    networks: Annotated[dict[Name, NetworkSpec] | None, Field(description="Network segments.")]
    routers: Annotated[dict[Name, RouterSpec] | None, Field(description="Routers between networks.")]
    clients: Annotated[dict[Name, ClientSpec] | None, Field(description="Where requests come from.")]
    directors: Annotated[dict[Name, DirectorSpec] | None, Field(description="Hosts that balance.")]
    failover: Annotated[dict[Name, FailoverSpec] | None, Field(description="Directors that hold VIPs in turn.")]
    real_servers: Annotated[
        dict[RangeName, RealServerSpec] | None, Field(description="Hosts that do the work, by name or range.")
    ]
    pools: Annotated[dict[Name, PoolSpec] | None, Field(description="Sets of real servers.")]
    vips: Annotated[dict[Name, VipSpec] | None, Field(description="Virtual IP addresses.")]
    services: Annotated[dict[Name, ServiceSpec] | None, Field(description="What clients reach.")]
    tests: Annotated[list[ExpectationSpec] | None, Field(description="What is to stay true; `lvsc test` checks it.")]
