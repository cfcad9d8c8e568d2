"""What lvsc remembers on a host: the lock, the journal, the generations, and what it has put there.

/var/lib/lvsc: `lock`, `journal.json` while an apply is under way, `current.json`, `generations/<n>.json`,
`blobs/<sha256>` with the bytes of files. All is written durably; the journal's and current's renames are what decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lvsc.finding import LvscError
from lvsc.kernel.files import Files
from lvsc.plan.document import steps_from_json, steps_json, wanted_from_json, wanted_json
from lvsc.plan.order import Step
from lvsc.plan.thing import Key, Things, Value, key_from_json, things_from_json, things_json, value_from_json
from lvsc.plan.wanted import Wanted

VERSION = 1
APPLYING, PENDING, COMMITTED = "applying", "pending", "committed"


@dataclass(frozen=True, slots=True)
class Journal:
    """An apply under way: all that undoes it.

    `boot` and `netns` tell whether the kernel that it changed is still there;
    `deadline` is on CLOCK_BOOTTIME, in seconds, None when nobody need confirm;
    `table` is keepalived's table as it was.
    """

    id: str
    phase: str
    boot: str
    netns: int
    started: float
    deadline: float | None
    generation: int
    wanted: Wanted
    steps: tuple[Step, ...]
    table: Things

    def at(self, phase: str) -> Journal:
        """The same in another phase."""
        return replace(self, phase=phase)


@dataclass(frozen=True, slots=True)
class Current:
    """What is committed: the generation, and all that lvsc has put on the host, with what was there before.

    `drained` are addresses of real servers that an operator took out.
    """

    generation: int = 0
    owned: Mapping[Key, Value | None] = field(default_factory=dict)
    drained: tuple[str, ...] = ()


class Store:
    """The folder."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder = folder
        self._files = files

    @property
    def lock_file(self) -> Path:
        """What is locked."""
        return self.folder / "lock"

    def prepare(self) -> None:
        """Make the folder, for its owner alone."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise LvscError(f"cannot make {self.folder}: {error.strerror}", "run as root") from error

    def journal(self) -> Journal | None:
        """The apply under way, or left over."""
        found = self._read("journal.json")
        if found is None:
            return None
        return Journal(
            id=found["id"],
            phase=found["phase"],
            boot=found["boot"],
            netns=found["netns"],
            started=found["started"],
            deadline=found["deadline"],
            generation=found["generation"],
            wanted=self._wanted(found["wanted"]),
            steps=steps_from_json(found["steps"]),
            table=things_from_json(found["table"]),
        )

    def write_journal(self, journal: Journal) -> None:
        """Put it there, durably."""
        document = {
            "id": journal.id,
            "phase": journal.phase,
            "boot": journal.boot,
            "netns": journal.netns,
            "started": journal.started,
            "deadline": journal.deadline,
            "generation": journal.generation,
            "wanted": wanted_json(journal.wanted),
            "steps": steps_json(journal.steps),
            "table": things_json(journal.table),
        }
        self._write("journal.json", document)

    def sweep(self) -> None:
        """Remove what killed processes left half written here."""
        self._files.sweep(self.folder)

    def end_journal(self) -> None:
        """Nothing is under way any more."""
        self._files.remove(self.folder / "journal.json")

    def current(self) -> Current:
        """What is committed; nothing on a host that lvsc never changed."""
        found = self._read("current.json")
        if found is None:
            return Current()
        owned = {key_from_json(key): value_from_json(key[-1], value) for key, value in found["owned"]}
        return Current(found["generation"], owned, tuple(found["drained"]))

    def write_current(self, current: Current) -> None:
        """Commit it."""
        owned = [[list(key), None if value is None else list(value)] for key, value in current.owned.items()]
        document = {"generation": current.generation, "owned": owned, "drained": list(current.drained)}
        self._write("current.json", document)

    def committed(self) -> tuple[Wanted, float] | None:
        """What is wanted by what is committed, and since when; None on a host that lvsc never changed."""
        return self.generation(self.current().generation)

    def generation(self, number: int) -> tuple[Wanted, float] | None:
        """What a generation wanted, and when it was committed (seconds since the epoch)."""
        found = self._read(f"generations/{number}.json")
        return None if found is None else (self._wanted(found["wanted"]), found["committed"])

    def write_generation(self, number: int, wanted: Wanted, committed: float) -> None:
        """Keep it; its files are blobs already."""
        self._write(f"generations/{number}.json", {"committed": committed, "wanted": wanted_json(wanted)})

    def generations(self) -> list[int]:
        """The numbers of those that are kept."""
        return sorted(int(path.stem) for path in (self.folder / "generations").glob("*.json") if path.stem.isdigit())

    def _wanted(self, document: Mapping[str, Any]) -> Wanted:
        return wanted_from_json(document, {})

    def _read(self, name: str) -> Any:
        path = self.folder / name
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise LvscError(f"cannot read {path}: {error.strerror}", "run as root") from error
        except (OSError, ValueError) as error:
            raise LvscError(f"{path} is damaged: {error}", "look at it, then move it away") from error
        if not isinstance(found, dict) or found.get("version") != VERSION:
            raise LvscError(f"{path} was written by another version of lvsc", "use that version to end what it began")
        return found

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        data = json.dumps({"version": VERSION, **document}, separators=(",", ":")).encode() + b"\n"
        try:
            self._files.replace(self.folder / name, data, 0o600)
        except OSError as error:
            raise LvscError(f"cannot write {self.folder / name}: {error.strerror}") from error
