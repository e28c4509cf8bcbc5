"""Units of formulas: what is wanted in kind and in size, or a message that says what the formula gives."""

import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.plans.catalogue import Catalogue
from forecast.plans.formulas import parse_formula
from forecast.plans.units import check_units, unit_of

UNITS = {
    "collected": "L",
    "bottled": "mL",
    "required": "g",
    "yield_of_plasma": "g/L",
    "donors": "donors",
    "each": "donations/donor",
    "litres_each": "L/donation",
    "share": "%",
    "long": "hours",
    "short": "minutes",
    "arrivals": "persons",
    "operations": "people",
    "rate": "g/1000 inhabitants",
    "population": "inhabitants",
    "budget": "million_dollars",
    "cost": "$/donation",
    "pace": "L/year",
    "month": "month",
}


def check(text, wanted):
    return check_units(parse_formula(text), UNITS, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("100 * collected / (required / yield_of_plasma)", "%"),
        ("100 * donors * each * litres_each / (required / yield_of_plasma)", "%"),
        ("donors * each", "donations"),
        ("stock(arrivals - operations)", "persons"),
        ("stock(max(arrivals - operations, 0))", "person"),
        ("long + short / 60", "hours"),
        ("collected + lag(collected)", "L"),
        ("mean(collected, lag(collected))", "L"),
        ("clip(share, 0, 100)", "%"),
        ("100 - share", "%"),
        ("share", "/100"),
        ("share / 100 * donors", "donors"),
        ("-abs(floor(ceil(collected)))", "L"),
        ("sqrt(collected * collected)", "L"),
        ("collected ** 3 / collected ** 2", "L"),
        ("100 * exp(log(collected / 10 / (bottled / 10)))", "%"),
        ("rate * population / 1000", "g"),
        ("donors * each * cost / 1e6", "million_dollars"),
        ("pace * month / 12", "L"),
        ("max(1, 2) * collected", "L"),
    ],
)
def test_units_that_agree(text, wanted):
    assert check(text, wanted) is None


UNLIKE = "which are unlike; multiply or divide one by what links them"


@pytest.mark.parametrize(
    ("text", "wanted", "message"),
    [
        (
            "100 * collected / required",
            "%",
            "the formula gives L/g, not %; check its units: collected in L, required in g",
        ),
        (
            "donors",
            "donations",
            "the formula gives donor, not donations; check its units: donors in donors",
        ),
        ("pace", "L", "the formula gives L/year, not L; check its units: pace in L/year"),
        (
            "rate * donors",
            "g",
            "the formula gives g*donor/1000 inhabitant, not g;"
            " check its units: rate in g/1000 inhabitants, donors in donors",
        ),
        (
            "collected / (required / yield_of_plasma)",
            "%",
            "the formula gives a plain number, not %; multiply it by 100",
        ),
        ("share * donors", "donors", "the formula gives %*donor, not donors; multiply it by 0.01"),
        ("short", "hours", "the formula gives minute, not hours; multiply it by 0.01666666667"),
        ("long + short", "hours", "the formula adds hour and minute without conversion; multiply one of them"),
        ("long - donors", "hours", f"the formula subtracts hour and donor, {UNLIKE}"),
        ("donors + 1", "donors", f"the formula adds donor and a plain number, {UNLIKE}"),
        ("min(collected, required)", "L", f"the formula takes the min of L and g, {UNLIKE}"),
        ("max(collected, required)", "L", f"the formula takes the max of L and g, {UNLIKE}"),
        ("mean(collected, required)", "L", f"the formula takes the mean of L and g, {UNLIKE}"),
        ("clip(collected, 0, required)", "L", f"the formula takes the clip of L and g, {UNLIKE}"),
        ("exp(donors)", "%", "the formula takes exp of donor; divide by a value in donor first"),
        ("log(donors)", "%", "the formula takes log of donor; divide by a value in donor first"),
        ("unmeasured * 2", "%", "the unit of 'unmeasured' is not known; give it one"),
        ("share", "//", "unit '//' is not read; write words joined by / or *, such as L/donation"),
    ],
)
def test_units_that_do_not(text, wanted, message):
    assert check(text, wanted) == message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("donors", "donor"),
        ("donations/donor", "donation/donors"),
        ("centres", "centre"),
        ("children", "child"),
        ("people", "persons"),
        ("boxes", "box"),
        ("classes", "class"),
        ("pharmacies", "pharmacy"),
        ("blood drives", "blood drive"),
        ("patient-days", "patient_day"),
        ("l", "L"),
        ("L per donation", "L / donation"),
        ("per year", "/year"),
        ("points/year", "%/year"),
        ("m²", "m2"),
        ("h", "hours"),
        ("exams", "exam"),  # which pint would read as an exametre
        ("donor*year", "year * donors"),
    ],
)
def test_two_ways_to_write_one_unit(one, other):
    assert unit_of(one) == unit_of(other)


@pytest.mark.parametrize("word", ["length", "time", "dimensionless", "pi", "e", "nan", "delta_x", "count", "word_time"])
def test_a_word_is_a_base_unit_whatever_it_means_to_pint(word):
    assert list(unit_of(word).dimensionality.values()) == [1]
    assert unit_of(word).dimensionality != unit_of("year").dimensionality
    assert unit_of(word).dimensionality != unit_of("metre").dimensionality


def test_percentages_and_scores_have_no_dimension():
    for text in ("%", "/100", "/10", "100"):
        assert unit_of(text).dimensionless


NO_UNITS = ["", "/", "per", "L//g", "L/", "(L)", "L/0", "0.5 L", "_", "mètre", "L^2", "L\0", "%%"]


@pytest.mark.parametrize("text", NO_UNITS)
def test_what_is_no_unit_is_refused(text):
    with pytest.raises(DataError) as error:
        unit_of(text)
    assert str(error.value) == f"unit '{text}' is not read; write words joined by / or *, such as L/donation"


def test_an_endless_unit_is_refused_and_shown_in_part():
    with pytest.raises(DataError) as error:
        unit_of("x" * 1_000_000)
    assert str(error.value).startswith(f"unit '{'x' * 80}…' is not read; ")


def test_every_unit_of_the_catalogue_is_read(catalogue: Catalogue):
    texts = yaml.safe_load((catalogue.root / "data" / "units.yaml").read_text(encoding="utf-8"))
    assert set(texts) == set(catalogue.units)
    for text in texts:
        assert check_units(parse_formula("a"), {"a": text}, text) is None


@given(st.one_of(st.text(max_size=30), st.text("abLs%$/*. per0123-_²", max_size=30)))
def test_hostile_units_raise_nothing_but_our_error(text):
    try:
        unit = unit_of(text)
    except DataError:
        return
    assert unit_of(f" {text} ") == unit
    assert check_units(parse_formula("a"), {"a": text}, text) is None


def test_pint_is_imported_only_when_a_unit_is_read():
    code = "import sys, forecast.plans.units as units; assert 'pint' not in sys.modules; units.unit_of('L')"
    subprocess.run([sys.executable, "-c", code], check=True)
