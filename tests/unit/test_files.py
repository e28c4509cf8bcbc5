"""Faulty files: each folder of tests/broken/ holds a wrong file and, word for word, what is said of it."""

import shutil
from pathlib import Path

import pytest

from forecast.errors import DataError, Fault, ForecastError, nearest
from forecast.runs.checks import find_faults
from forecast.schema.files import read_yaml
from forecast.schema.names import check_name
from forecast.schema.parameters import Parameters

BROKEN = Path(__file__).parents[1] / "broken"
CASES = sorted(path.name for path in BROKEN.iterdir() if path.is_dir() and path.name != "sound")


def test_the_small_catalogue_is_sound(small):
    assert find_faults(small) == []


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_found_where_it_stands_and_said_in_these_words(small, case):
    shutil.copytree(BROKEN / case, small.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("faults.txt"))
    said = "".join(f"{fault}\n" for fault in find_faults(small))
    assert said == (BROKEN / case / "faults.txt").read_text("utf-8")


def test_a_tag_never_runs_anything(small, edit, tmp_path):
    mark = tmp_path / "mark"
    edit("data/plans/clinic.yaml", "source: S001", f'source: !!python/object/apply:os.system ["touch {mark}"]')
    assert len(find_faults(small)) == 1
    assert not mark.exists()


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path):
    levels = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]\n" for i in range(1, 60))
    path = tmp_path / "bomb.yaml"
    path.write_text("l0: &l0 [x]\n" + levels)
    with pytest.raises(DataError, match="aliases"):
        read_yaml(path, "bomb.yaml")


@pytest.mark.parametrize(
    "text",
    ["[" * 3000 + "]" * 3000, "{a: " * 3000 + "x" + "}" * 3000, "- " * 3000 + "x"],
    ids=["lists", "keys", "items"],
)
def test_deep_nesting_is_a_fault_not_a_crash(tmp_path, text):
    path = tmp_path / "deep.yaml"
    path.write_text(text)
    with pytest.raises(DataError):
        read_yaml(path, "deep.yaml")


@pytest.mark.parametrize("char", ["\0", "\x07", "\ufffe"])
def test_control_characters_are_a_fault_with_its_place(tmp_path, char):
    path = tmp_path / "odd.yaml"
    path.write_text(f"title: a\nnote: b{char}c\n", "utf-8")
    with pytest.raises(DataError, match=r"^odd\.yaml(:2)?: broken YAML"):
        read_yaml(path, "odd.yaml")


@pytest.mark.parametrize(
    "typed", ["2025-12-08", "no", "yes", "off", "1:30", "1.10", "007", "0x1F", "1_000", "12e3", "=", ".5"]
)
def test_what_is_typed_stays_text(tmp_path, typed):
    path = tmp_path / "typed.yaml"
    path.write_text(f"value: {typed}\n{typed}: value\n" if typed != "=" else "value: =\n")
    data = read_yaml(path, "typed.yaml").data
    assert data["value"] == typed
    assert typed == "=" or data[typed] == "value"


@pytest.mark.parametrize("typed", ["", "~", "null"])
def test_nothing_is_none(tmp_path, typed):
    path = tmp_path / "nothing.yaml"
    path.write_text(f"value: {typed}\n")
    assert read_yaml(path, "nothing.yaml").data == {"value": None}


@pytest.mark.parametrize("typed", ['"null"', "'~'", '""'])
def test_quoted_nothing_is_text(tmp_path, typed):
    path = tmp_path / "nothing.yaml"
    path.write_text(f"value: {typed}\n")
    assert read_yaml(path, "nothing.yaml").data == {"value": typed[1:-1]}


def test_lines_of_every_part(tmp_path):
    path = tmp_path / "parts.yaml"
    path.write_text("# one\na:\n  b: [1,\n      2]\n  c: 3\n")
    document = read_yaml(path, "parts.yaml")
    places = {(): 2, ("a",): 2, ("a", "b"): 3, ("a", "b", 1): 4, ("a", "c"): 5, ("a", "c", "d"): 5, ("z",): 2}
    assert {loc: document.line(loc) for loc in places} == places


def test_a_file_with_a_byte_order_mark_or_crlf_is_read(tmp_path):
    path = tmp_path / "windows.yaml"
    path.write_bytes("\ufeffa: é\r\nb: c\r\n".encode())
    assert read_yaml(path, "windows.yaml").data == {"a": "é", "b": "c"}


def test_an_absent_file_is_named(small):
    (small.root / "data" / "units.yaml").unlink()
    assert [str(fault) for fault in find_faults(small)] == ["data/units.yaml: no such file"]


def test_a_cell_of_any_size_is_read_or_refused(small, write):
    text = (small.root / "data/observations/clinic.csv").read_text("utf-8")
    write("data/observations/clinic.csv", text.replace("Said at the end", "x" * 200_000))
    assert all(isinstance(fault, Fault) for fault in find_faults(small))


def test_faults_are_sorted_by_file_and_line():
    faults = [Fault("b", 1, "x"), Fault("a", 10, "x"), Fault("a", 9, "y")]
    assert str(ForecastError("all:", faults)).splitlines() == ["all:", "a:9: y", "a:10: x", "b:1: x"]


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("demand_grwth", ["demand_growth", "new_centres"], "; did you mean 'demand_growth'?"),
        ("zzz", ["b", "a"], "; known: a, b"),
        ("zzz", [], "; none is known"),
    ],
)
def test_nearest_names(name, known, said):
    assert nearest(name, known) == said


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "a/b",
        "a\\b",
        "A",
        "é",
        "a b",
        "a{b}",
        "s3://x",
        "_a",
        "a-b",
        "a.b",
        "a\n",
        "x" * 81,
        "%2e",
        "CON",
        "~",
    ],
)
def test_names_that_could_leave_their_folder_are_refused(name):
    with pytest.raises(ForecastError) as caught:
        check_name(name, "plan")
    assert str(caught.value) == (
        f"plan '{name}' is not a plain name; write lower-case letters, digits and _ only, such as demand_grows"
    )


@pytest.mark.parametrize("name", ["a", "7", "hema_quebec_2021_2025", "x" * 80])
def test_plain_names_pass(name):
    assert check_name(name, "plan") == name


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"draws": 10}, "draws: Input should be greater than or equal to 100, not 10"),
        ({"seed": -1}, "seed: Input should be greater than or equal to 0, not -1"),
        ({"language": "es"}, "language: Input should be 'fr' or 'en', not 'es'"),
    ],
)
def test_parameters_given_by_hand_are_checked_too(small, wrong, said):
    with pytest.raises(DataError) as caught:
        Parameters.load(small.root).with_values(**wrong)
    assert str(caught.value) == said


def test_parameters_that_are_none_change_nothing(small):
    parameters = Parameters.load(small.root)
    assert parameters.with_values(model=None, draws=None, seed=None) == parameters
    assert parameters.with_values(seed=9).seed == 9
