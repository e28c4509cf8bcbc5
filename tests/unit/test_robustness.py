"""Generated files and formulas through the real readers: a short run of `benchmarks/robustness.py`, and its record."""

import random
from collections import Counter

import pytest
from benchmarks import robustness
from benchmarks.hostile import mutate_parts, mutate_text
from benchmarks.robustness import Case, Record, World, describe, run
from benchmarks.sound import pick_scenario

NUMBERS = {"scenario": 300, "formula": 300, "plan": 60}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World.create(tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="module")
def record(world):
    return run(world, NUMBERS, seed=7)


def test_nothing_but_our_own_errors_comes_out(record):
    assert {outcome: what for outcome, (_, what) in record.crashes.items()} == {}
    assert sum(record.counts.values()) == sum(NUMBERS.values())


def test_what_is_meant_to_be_valid_is_mostly_read_and_what_is_hostile_mostly_refused(record):
    shares = Counter()
    for (kind, mood, outcome), count in record.counts.items():
        shares[kind, mood] += count if outcome.startswith("refused") else 0
    for kind, count in NUMBERS.items():
        each = count / 3
        assert shares[kind, "valid"] < 0.2 * each
        assert 0.5 * each < shares[kind, "mutated"]
        assert 0.7 * each < shares[kind, "hostile"]


def test_one_seed_makes_one_case():
    for kind in NUMBERS:
        cases = [Case(kind, number, seed) for seed in (1, 1, 2) for number in range(60)]
        first, again, other = (b"\n".join(case.make() for case in cases[i : i + 60]) for i in (0, 60, 120))
        assert first == again != other


def test_mutations_leave_what_was_given_as_it_was():
    rng = random.Random(3)
    for _ in range(200):
        scenario = pick_scenario(rng)
        before = repr(scenario)
        mutate_parts(rng, scenario)
        assert repr(scenario) == before
    assert len({mutate_text(rng, "100 * seen / visits") for _ in range(50)}) > 40


def fail(world, content):
    raise ZeroDivisionError


def test_a_crash_is_recorded_with_its_first_case(world, monkeypatch):
    monkeypatch.setitem(robustness.TRIALS, "formula", fail)
    record = run(world, {"formula": 4}, seed=1)
    outcome = "CRASH: ZeroDivisionError in the check of what came out"
    assert record.crashed == 4
    assert record.crashes[outcome][0] == Case("formula", 0, 1)
    assert "raise ZeroDivisionError" in record.crashes[outcome][1]
    page = describe(record, {"formula": 4}, seed=1)
    assert "**Crashes: 4.**" in page
    assert f"| formulas | valid | {outcome} | 2 |" in page


def test_a_case_that_takes_too_long_is_a_crash(world, monkeypatch):
    monkeypatch.setattr(robustness, "LIMIT", 0.0)
    assert set(run(world, {"formula": 1}, seed=1).crashes) == {"CRASH: more than 0 s"}


def test_an_empty_record_says_that_nothing_crashed():
    assert "**Crashes: 0.** Slowest case: 0.00 s." in describe(Record(), {"formula": 0}, seed=1)


def test_the_command_writes_the_record_and_shows_single_cases(tmp_path, monkeypatch, capsys):
    page = tmp_path / "robustness.md"
    argv = ["robustness.py", "--files", "6", "--formulas", "6", "--plans", "3", "--out", str(page)]
    monkeypatch.setattr("sys.argv", argv)
    assert robustness.main() == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Robustness of what people write\n\n6 scenario files, 6 formulas and 3 plan files with")
    assert text in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["robustness.py", "--only", "formula:2"])
    assert robustness.main() == 0
    assert capsys.readouterr().out.startswith("formula 2, meant to be hostile:\n")


def test_the_command_fails_when_something_crashed(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(robustness.TRIALS, "formula", fail)
    monkeypatch.setattr("sys.argv", ["robustness.py", "--files", "0", "--formulas", "1", "--plans", "0"])
    assert robustness.main() == 1
    assert "--only formula:0 --seed 1" in capsys.readouterr().out
