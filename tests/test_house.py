"""A room looks only into the rooms that ARCHITECTURE.md allows it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

HOUSE = ROOT / "lvsc"
ROOMS = sorted(path.name for path in HOUSE.iterdir() if (path / "__init__.py").exists())


def allowed() -> dict[str, set[str]]:
    """The table of ARCHITECTURE.md: room to the rooms it may look into."""
    rows = re.findall(
        r"^\| `(\w+)` \|[^|]*\| ([^|]*) \|$", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.M
    )
    return {room: set(re.findall(r"\w+", rooms)) if rooms.strip() != "all" else set(ROOMS) for room, rooms in rows}


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_the_table_names_every_room() -> None:
    assert sorted(allowed()) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_looks_only_where_it_may(room: str) -> None:
    for path in sorted((HOUSE / room).rglob("*.py")):
        for module in imports(path):
            parts = module.split(".")
            if parts[0] == "lvsc" and len(parts) > 1:
                assert parts[1] == room or parts[1] in allowed()[room], f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize(
    ("package", "rooms"), [("networkx", {"graph"}), ("pyroute2", {"kernel"}), ("typer", {"cli"}), ("rich", {"cli"})]
)
def test_a_dear_package_stays_in_its_room(package: str, rooms: set[str]) -> None:
    for path in sorted(HOUSE.rglob("*.py")):
        if any(module.split(".")[0] == package for module in imports(path)):
            assert path.relative_to(HOUSE).parts[0] in rooms


def test_the_guest_needs_the_standard_library_only() -> None:
    for path in (HOUSE / "lab" / "guest").glob("*.py"):
        for module in imports(path):
            top = module.split(".")[0]
            assert top in sys.stdlib_module_names or module.startswith("lvsc.lab.guest"), (
                f"{path.name} imports {module}"
            )


@pytest.mark.parametrize("arguments", [["--help"], ["lint", "examples/dr-minimal.yaml"]], ids=["help", "lint"])
def test_a_short_command_does_not_load_what_it_does_not_need(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from lvsc.cli import main\n"
        f"sys.argv = ['lvsc', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "dear = {'networkx', 'pydantic', 'jsonschema', 'pyroute2', 'rich', 'asyncio'} & set(sys.modules)\n"
        "assert not dear, dear\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
