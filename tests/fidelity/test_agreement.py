"""The differential test: random clusters in a real kernel, and the walk over the same hosts."""

from __future__ import annotations

from pathlib import Path

from fidelity.__main__ import main

COUNT, SEED = 200, 20261126


def test_the_walk_says_what_the_kernel_does(tmp_path: Path, monkeypatch: object, capsys: object) -> None:
    arguments = ["fidelity", "--count", str(COUNT), "--seed", str(SEED), "--folder", str(tmp_path / "disagreements")]
    monkeypatch.setattr("sys.argv", arguments)  # type: ignore[attr-defined]
    code = main()
    table = capsys.readouterr().out  # type: ignore[attr-defined]
    found = sorted(path.read_text(encoding="utf-8") for path in (tmp_path / "disagreements").glob("*.json"))
    assert (code, found) == (0, []), table
    assert f"{COUNT} scenes" in table
