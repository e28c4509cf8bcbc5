"""The contract of the panel: what a series must be, and what is said when it is not."""

import subprocess
import sys

import numpy as np
import pytest

from forecast.errors import DataError
from forecast.models import registry
from forecast.models.panel import Break, Series, predict
from forecast.plans.series import Link
from forecast.schema.streams import Streams

RIGHT = {
    "id": "stays",
    "times": [2020.0, 2021.0],
    "values": [3.0, 4.0],
    "step": 1.0,
    "season": 1,
    "lower": 0.0,
    "upper": 100.0,
    "ahead": [2022.0],
}


def make(**wrong):
    return Series(**{**RIGHT, **wrong})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"times": [], "values": []},
            "no observation; a forecast needs at least one, or a scenario that assumes a starting value",
        ),
        ({"values": [3.0]}, "2 dates for 1 values; give one date per value"),
        ({"ahead": [[2022.0]]}, "times, values and dates to forecast must each be one-dimensional"),
        ({"step": 0.0}, "step is 0 years; it must be positive, e.g. 1 or 0.25"),
        ({"season": 0}, "season is 0 steps a year; it must be 1 or more"),
        (
            {"lower": 100.0, "upper": 0.0, "values": [np.nan, 1.0]},
            "bounds [100, 0] are out of order; the lower one comes first",
        ),
        ({"times": [2020.0, np.nan]}, "date number 2 is not finite; give decimal years, e.g. 2024.5"),
        ({"times": [2021.0, 2020.0]}, "dates out of order: 2021 comes before 2020; sort observations by date"),
        ({"times": [2021.0, 2021.0]}, "two values for 2021; keep one per date"),
        ({"values": [np.nan, 4.0]}, "value nan at 2020; leave out what was not observed"),
        ({"values": [3.0, np.inf]}, "value inf at 2021; leave out what was not observed"),
        (
            {"values": [3.0, 104.5]},
            "value 104.5 at 2021 is outside its bounds [0, 100]; correct the value or the bounds",
        ),
        ({"ahead": []}, "no date to forecast; give at least one after the last observation"),
        ({"ahead": [np.inf]}, "a date to forecast is not finite; give decimal years, e.g. 2027.25"),
        ({"ahead": [2023.0, 2022.0]}, "dates to forecast are out of order or repeated; sort them and keep one of each"),
        ({"errors": [0.1]}, "1 errors for 2 values; give one per value, or none"),
        ({"rounded": [True]}, "1 flags of rounding for 2 values; give one per value, or none"),
        ({"exceptional": [True]}, "1 exceptional flags for 2 values; give one per value, or none"),
        ({"errors": [0.1, -2.0]}, "error number 2 is -2; a standard deviation is 0 or more"),
        ({"errors": [np.nan, 0.0]}, "error number 1 is nan; a standard deviation is 0 or more"),
        ({"breaks": (Break(2),)}, "a break before value number 3 of 2; it lies between two of them"),
        ({"breaks": (Break(0),)}, "a break before value number 1 of 2; it lies between two of them"),
        (
            {"breaks": (Break(1), Break(1))},
            "breaks are out of order or repeated; sort them by position and keep one of each",
        ),
        (
            {"breaks": (Break(1, Link("add", 2.0, 1.0, 3.0)),)},
            "a link of kind add needs low, likely and high, in this order; leave it out when unknown",
        ),
        (
            {"breaks": (Break(1, Link("multiply", 1.0)),)},
            "a link of kind multiply needs low, likely and high, in this order; leave it out when unknown",
        ),
        (
            {"breaks": (Break(1, Link("multiply", 0.0, 1.0, 3.0)),)},
            "a value is multiplied by more than 0, not by 0; 1 leaves it as it is",
        ),
        ({"ahead": [2021.0]}, "date to forecast 2021 is not after the last observation, 2021; ask for later dates"),
    ],
)
def test_each_fault_is_said(wrong, message):
    with pytest.raises(DataError) as error:
        make(**wrong)
    assert str(error.value).splitlines()[0] == f"series 'stays': {message}"


def test_all_faults_at_once():
    with pytest.raises(DataError) as error:
        make(times=[2021.0, 2020.0], values=[-1.0, 3.0], season=0)
    assert len(str(error.value).splitlines()) == 3


def test_a_series_keeps_its_own_read_only_copy():
    values = np.array([3.0, 4.0])
    series = make(values=values)
    values[0] = 99
    assert series.values[0] == 3
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 1


def test_unknown_model():
    with pytest.raises(DataError) as error:
        predict("profet", [make()], 10, Streams(1))
    assert str(error.value) == "unknown model 'profet'; did you mean 'prophet'?"


def test_repeated_series():
    with pytest.raises(DataError) as error:
        predict("naive", [make(), make()], 10, Streams(1))
    assert str(error.value) == "series given more than once: stays; give each id once"


def test_no_draws():
    with pytest.raises(DataError) as error:
        predict("naive", [make()], 0, Streams(1))
    assert str(error.value) == "0 draws asked for; ask for at least 1, e.g. 4000"


def test_registry_names_its_models():
    assert {name: model.name for name, model in registry.REGISTRY.items()} == {name: name for name in registry.REGISTRY}


def test_importing_the_registry_is_cheap():
    heavy = "{'pandas', 'statsmodels', 'prophet', 'scipy'}"
    code = f"import sys, forecast.models.registry; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
