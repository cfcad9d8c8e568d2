"""Files to a case; a user's faults are told with their file and JSON path, all at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lvsc.finding import LvscError
from lvsc.snapshot.document import Fault, load, plain
from lvsc.state import Case

if TYPE_CHECKING:
    from lvsc.snapshot.form_case import CaseForm

_ENDING = ".json"
_MOST = 20


def read_states(paths: Sequence[Path | str]) -> Case:
    """The hosts and asks of one file, of several, or of the .json files in a folder.

    Raises LvscError for what cannot be read and for what is wrong in it.
    """
    from lvsc.snapshot.assemble import assemble, form

    files = list(dict.fromkeys(name for path in paths for name in _files(os.fspath(path))))
    if not files:
        raise LvscError("no state file is named", "name a .json file or a folder of them")
    faults: list[Fault] = []
    forms: list[tuple[str, CaseForm]] = []
    for name in files:
        found = form(load(name, _read(name)), name)
        if isinstance(found, list):
            faults += found
        else:
            forms.append((name, found))
    case = None if faults else assemble(forms, faults)
    if case is None or faults:
        raise LvscError(_told(faults))
    return case


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    found = sorted(str(each) for each in Path(path).iterdir() if each.suffix == _ENDING and each.is_file())
    if not found:
        raise LvscError(f"no {_ENDING} file lies in {plain(path)}")
    return found


def _read(name: str) -> bytes:
    from lvsc.source import MAX_BYTES

    try:
        with open(name, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise LvscError(f"cannot read {plain(name)}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MAX_BYTES:
        raise LvscError(f"{plain(name)} is larger than {MAX_BYTES >> 20} MiB")
    return data


def _told(faults: Sequence[Fault]) -> str:
    lines = [str(fault) for fault in faults[:_MOST]]
    if len(faults) > _MOST:
        lines.append(f"and {len(faults) - _MOST} more")
    return "\n".join(lines)
