"""`lvsc boot`."""

from __future__ import annotations

from pathlib import Path

from lvsc.cli.host import STATE, RootFolder, StateFolder

EXAMPLE = "Example: lvsc boot"


def boot(root: RootFolder = Path("/"), state: StateFolder = Path(STATE)) -> None:
    """At boot: end what an interrupted apply left, then load what is committed.

    Run by lvsc-boot.service, before keepalived.
    """
    from lvsc.apply.prepare import fit, observe
    from lvsc.apply.run import Manner, perform
    from lvsc.apply.undo import recover
    from lvsc.cli.apply import end
    from lvsc.cli.console import say
    from lvsc.cli.host import held, here

    this = here(root, state)
    with held(this, 60.0):
        undone = recover(this.door, this.store, booting=True)
        if undone is not None:
            say("lvsc: an apply that had not ended was taken back" + "".join(f"\n  {each}" for each in undone.left))
        committed = this.store.committed()
        if committed is None:
            say("lvsc: nothing is committed on this host")
            return
        wanted = committed[0]
        this.door.load(wanted.modules)
        prepared = observe(this.door, this.store, wanted)
        fit(prepared, None)
        if prepared.plan.empty:
            return
        outcome = perform(
            this.door, this.store, prepared.plan, wanted, Manner(confirm_within=None, drain=0.0, again=True)
        )
        end(this, outcome, wanted, 0.0)
