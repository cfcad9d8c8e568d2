"""What the owner of a cluster wants to stay true, as a file writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Required, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from lvsc.topology.spec.base import RangeName, Spec, one_or_many

if TYPE_CHECKING:
    HostNames: TypeAlias = str | list[str]
else:
    HostNames = one_or_many(RangeName)
# `from` is a word of Python's.
_Asking = TypedDict(
    "_Asking",
    {"from": Required[Annotated[HostNames, Field(description="The client that asks, or several.")]]},
)


class ExpectationSpec(Spec, _Asking, total=False):
    """A client reaches a service, whatever else happens."""

    to: Required[Annotated[HostNames, Field(description="The service that it asks, or several.")]]
    answered_by: Annotated[
        HostNames, Field(description="Pools or real servers: nobody else may answer. Without it anyone may.")
    ]
    down: Annotated[HostNames, Field(description="Hosts that are switched off meanwhile.")]
    never: Annotated[HostNames, Field(description="Hosts that none of its packets may meet.")]
