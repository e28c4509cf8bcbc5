"""Targets in words of the Government of Canada: the same parse in both languages, and no number invented."""

import json

import pytest
from tests.vector_sets import OPEN, cases

from forecast.plans.grammar import parse_target

KEPT = json.loads((OPEN / "gc_text_targets.json").read_text("utf-8"))


def parse_both(case):
    return [parse_target(case["input"][language], language) for language in ("fr", "en")]


def without_unit(words):
    return words.kind, words.operator, words.numbers, words.due, words.ambiguous


@pytest.mark.parametrize("case", cases("gc_text_targets"))
def test_vectors_of_targets_in_words(case):
    french, english = parse_both(case)
    assert case["expected"]["same_parse"] is (without_unit(french) == without_unit(english))
    assert case["expected"]["published_type"] in ("text", "tbd")
    assert french.value is None
    assert english.value is None


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["id"])
def test_vectors_kept_here_are_followed_as_states(case):
    # the set prescribes no parse; of these we know that nothing but a state is meant
    assert {words.kind for words in parse_both(case)} <= {"text", "none"}


def test_vectors_of_text_keep_their_provenance_and_licence():
    (source,) = KEPT["provenance"]
    assert source["repo"] == "TBS-EACPD/infobase"
    assert "MIT" in source["licence"]
    assert "Open Government Licence" in source["licence"]
    assert len(KEPT["cases"]) == KEPT["n_cases"]
