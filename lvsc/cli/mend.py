"""`lvsc lint --fix`: the files with what lvsc can mend by itself, written or shown as a difference."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

import typer

from lvsc.cli.choice import Choice
from lvsc.cli.console import say
from lvsc.cli.files import write_text
from lvsc.cli.opened import Opened, open_files
from lvsc.finding import LvscError
from lvsc.fix.rounds import Files, Seen, fixed
from lvsc.report import counted, plain

Read = Sequence[tuple[str, bytes]]


def mended(files: Read, choice: Choice, unsafe: bool) -> Opened:
    """Fix the files in their place; what is left to say of them."""
    before, after = _fixed(dict(files), choice, unsafe)
    for name, data in after.items():
        if data != before[name]:
            _replace(name, data)
    return open_files(list(after.items()), choice)


def shown(files: Read, choice: Choice, unsafe: bool) -> bool:
    """Print what a fix would change; whether that is anything."""
    before, after = _fixed(dict(files), choice, unsafe)
    changed = [name for name in after if after[name] != before[name]]
    write_text("-", "".join(_difference(name, before[name], after[name]) for name in changed))
    return bool(changed)


def _fixed(files: Files, choice: Choice, unsafe: bool) -> tuple[Files, Files]:
    if "-" in files:
        raise typer.BadParameter("standard input cannot be fixed: name a file", param_hint="--fix")

    def look(now: Files) -> Seen:
        opened = open_files(list(now.items()), choice)
        return Seen(opened.roots, opened.findings if opened.site is not None else ())

    after, healed = fixed(files, look, unsafe)
    if healed:
        count = sum(after[name] != data for name, data in files.items())
        say(f"lvsc: mended {counted(healed)} in {count} file{'s' * (count != 1)}")
    return files, after


def _replace(name: str, data: bytes) -> None:
    """Whole or not at all; a link stays a link."""
    target = Path(name).resolve()
    try:
        handle, new = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            shutil.copymode(target, new)
            os.replace(new, target)
        except OSError:
            os.unlink(new)
            raise
    except OSError as error:
        raise LvscError(f"cannot write {name}: {error.strerror}", "the file is as it was") from error


def _difference(name: str, before: bytes, after: bytes) -> str:
    old, new = (data.decode("utf-8-sig").splitlines() for data in (before, after))
    lines = unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="")
    return "".join(f"{plain(line)}\n" for line in lines)
