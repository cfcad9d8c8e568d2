"""`lvsc drain`, `lvsc undrain`."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.host import STATE, Here, LockTimeout, RootFolder, StateFolder

if TYPE_CHECKING:
    from lvsc.plan.thing import Server
    from lvsc.plan.wanted import Wanted

EXAMPLE = "Example: lvsc drain web1 --wait 300"
UNDRAIN_EXAMPLE = "Example: lvsc undrain web1"
Who = Annotated[str, typer.Argument(metavar="REAL_SERVER", help="A real server, by its name or an address.")]


def drain(
    who: Who,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="The most to wait for its connections to end.")
    ] = 60.0,
    lock_timeout: LockTimeout = 0.0,
    root: RootFolder = Path("/"),
    state: StateFolder = Path(STATE),
) -> None:
    """Take a real server out: no new connections, those it has live on. It stays out until `lvsc undrain`.

    Tells how long it took and how many connections are left; exit code 4 when some are.
    """
    from lvsc.apply.drain import wait_drained
    from lvsc.cli.console import say
    from lvsc.cli.host import here
    from lvsc.cli.progress import working

    this = here(root, state)
    started = time.monotonic()
    servers = _set(this, who, True, lock_timeout)
    with working("waiting for connections to end"):
        left = wait_drained(this.door, servers, wait)
    count = sum(left.values())
    say(f"lvsc: {who} is out of {len(servers)} service{'s' * (len(servers) != 1)}")
    say(f"lvsc: {count} connection{'s' * (count != 1)} left after {time.monotonic() - started:.1f} s")
    if count:
        raise typer.Exit(codes.CHANGES)


def undrain(
    who: Who, lock_timeout: LockTimeout = 0.0, root: RootFolder = Path("/"), state: StateFolder = Path(STATE)
) -> None:
    """Let a real server take new connections again."""
    from lvsc.cli.console import say
    from lvsc.cli.host import here

    servers = _set(here(root, state), who, False, lock_timeout)
    say(f"lvsc: {who} is back in {len(servers)} service{'s' * (len(servers) != 1)}")


def _set(this: Here, who: str, out: bool, lock_timeout: float) -> list[Server]:
    """Write down who is out, then make the table so; returns the real server's entries."""
    from lvsc.apply.prepare import ended, fit, observe
    from lvsc.apply.run import Ending, Manner, perform
    from lvsc.cli.host import held
    from lvsc.finding import LvscError, Refused

    with held(this, lock_timeout):
        ended(this.door, this.store)
        current = this.store.current()
        committed = this.store.generation(current.generation)
        if committed is None:
            raise Refused("nothing is committed on this host", "apply a topology first")
        wanted = committed[0]
        servers = _entries(wanted, who)
        addresses = {server.address for server in servers}
        drained = [each for each in current.drained if each not in addresses] + sorted(addresses) * out
        this.store.write_current(replace(current, drained=tuple(drained)))
        if wanted.keepalived:
            this.door.weigh({wanted.names.get(server, server.address) for server in servers}, out)
            return servers
        prepared = observe(this.door, this.store, wanted)
        fit(prepared, None)
        outcome = perform(this.door, this.store, prepared.plan, wanted, Manner(confirm_within=None, again=True))
        if outcome.ending is not Ending.COMMITTED:
            this.store.write_current(current)
            raise LvscError(f"not done: {outcome.why}")
    return servers


def _entries(wanted: Wanted, who: str) -> list[Server]:
    from lvsc.finding import Refused, nearest
    from lvsc.plan.thing import Server

    every = [key for key in (*wanted.things, *wanted.table) if isinstance(key, Server)]
    found = [key for key in every if who in (wanted.names.get(key), key.address)]
    if not found:
        names = sorted({wanted.names.get(key, key.address) for key in every})
        raise Refused(f"no real server is named {who}{nearest(who, names)}", f"known are: {', '.join(names[:20])}")
    return found
