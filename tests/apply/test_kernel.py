"""The crash matrix in a real kernel: in every case the host is exactly the old or exactly the new one."""

from __future__ import annotations

import re

import pytest

from tests.apply.matrix import Matrix, play

FOREIGN = re.compile(r"198\.51\.100\.[12]:")


@pytest.fixture(scope="session")
def matrix() -> Matrix:
    return play(every=9)


def test_no_case_went_wrong_by_itself(matrix: Matrix) -> None:
    assert not [each for each in matrix.results if each.found is not None and "error" in each.found]


def test_killed_at_every_point_and_recovered_it_is_old_or_new(matrix: Matrix) -> None:
    found = matrix.of("killed, recovered")
    assert [each.found["left"] for each in found if each.found["left"]] == []
    told = [(matrix.told(each.found["seen"]), each.found["generation"]) for each in found]
    assert set(told) == {("old", 0), ("new", 1)}
    assert len(found) > 20


def test_killed_at_every_point_and_applied_again_it_is_new(matrix: Matrix) -> None:
    found = matrix.of("killed, applied again")
    assert {each.found["ending"] for each in found} <= {"committed:"}
    assert {matrix.told(each.found["seen"]) for each in found} == {"new"}
    assert len(found) > 20


@pytest.mark.parametrize("kind", ["disk full", "kernel refuses"])
def test_hindered_it_is_old_or_the_commit_is_done(matrix: Matrix, kind: str) -> None:
    found = matrix.of(kind)
    for each in found:
        ending = each.found["ending"]
        if ending.startswith(("rolled back", "refused")):
            assert matrix.told(each.found["seen"]) == "old", (each.number, ending)
        else:
            assert ending.startswith(("committed", "later")), (each.number, ending)
        assert each.found["again"] == "committed:"
        assert matrix.told(each.found["then"]) == "new"
    assert {each.found["ending"].split(":")[0] for each in found} >= {"rolled back"}


def test_what_somebody_else_did_is_told_and_nothing_is_lost(matrix: Matrix) -> None:
    found = matrix.of("somebody else")
    for each in found:
        assert each.found["ending"].split(":")[0] in ("committed", "rollback incomplete", "refused"), each.found[
            "ending"
        ]
        assert matrix.told(each.found["then"]) == "new"
    assert [each for each in found if "changed by somebody else" in each.found["ending"]]


def test_a_restarted_machine_gets_its_files_and_what_was_committed(matrix: Matrix) -> None:
    for each in matrix.of("restarted"):
        seen, committed = each.found["seen"], each.found["generation"] == 1
        assert each.found["left"] == []
        assert each.found["ending"] == ("committed" if committed else "nothing")
        assert seen["files"] == (matrix.new if committed else matrix.old)["files"]
        assert seen["left"] == []
        if committed:
            assert seen["settings"] == matrix.new["settings"]
            # The kernel has forgotten what is not lvsc's.
            assert seen["said"] == [line for line in matrix.new["said"] if not FOREIGN.search(line)]
        else:
            assert (seen["settings"], seen["said"]) == (matrix.fresh["settings"], matrix.fresh["said"])


def test_of_two_at_once_one_waits_or_is_refused(matrix: Matrix) -> None:
    (found,) = matrix.of("two at once")
    assert "committed:" in found.found["endings"]
    assert set(found.found["endings"]) <= {"committed:", "refused: another lvsc is changing this host"}
    assert matrix.told(found.found["seen"]) == "new"


def test_there_and_back_it_ends_where_it_was(matrix: Matrix) -> None:
    (found,) = matrix.of("there and back")
    first, other, last = found.found["seen"]
    assert first == last == matrix.new
    assert other != first
    assert found.found["nothing"] is True
