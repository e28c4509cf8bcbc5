"""A memo gives what was made of the same objects again, and holds them as long."""

from __future__ import annotations

from forecast.scenarios.memo import MOST, Memo


def test_the_same_objects_give_the_same_result_without_making_it_again():
    memo, one, other = Memo(), [1], [1]
    made = memo.recall("double", (one,), lambda: [2])
    assert memo.recall("double", (one,), lambda: [3]) is made
    assert memo.recall("double", (other,), lambda: [4]) == [4]
    assert memo.recall("half", (one,), lambda: [5]) == [5]


def test_an_object_keeps_its_identity_as_long_as_its_result():
    memo = Memo()
    for number in range(MOST):
        memo.recall("name", ([number],), lambda number=number: number)
    assert len({id(held[0]) for held, _ in memo._kept.values()}) == MOST


def test_of_many_results_all_are_let_go():
    memo, held = Memo(), [[number] for number in range(MOST + 1)]
    for one in held:
        memo.recall("name", (one,), lambda one=one: one[0])
    assert memo.recall("name", (held[0],), lambda: "made again") == "made again"
