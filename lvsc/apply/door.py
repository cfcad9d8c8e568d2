"""What `apply` needs of a host; kernel.host is the real one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from lvsc.kernel.files import Files
from lvsc.plan.thing import Change, Key, Server, Things, Value


class Door(Protocol):
    """A host that is read and changed as things."""

    @property
    def files(self) -> Files:
        """Its files and blobs."""

    def identity(self) -> tuple[str, int]:
        """The boot and the network namespace: where both are the same, the kernel still holds what was put there."""

    def boottime(self) -> float:
        """CLOCK_BOOTTIME, in seconds."""

    def read(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """The live values of these things, those of them that are there, and of the whole IPVS table."""

    def perform(self, changes: Sequence[Change]) -> None:
        """Make the changes, in their order as far as they depend on it. Raises LvscError."""

    def reload(self, table: Things, floating: Collection[str]) -> None:
        """Have keepalived read its file; return when its table is this, and its addresses where it is master.

        Raises LvscError when it does not come so.
        """

    def stop(self) -> None:
        """Have keepalived end, where it runs. Raises LvscError when it does not."""

    def connections(self, servers: Iterable[Server]) -> dict[Server, int]:
        """How many connections each has, active and inactive; those that are there."""
