"""How exact a value was told, and what its error is worth."""

import math

import pytest

from forecast.schema.exactness import last_place, revision_size, told_error


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (27.9, 0.1),
        (27.93, 0.01),
        (22, 1),
        (5, 1),
        (0.5, 0.1),
        (8800, 100),
        (1_632_000, 1000),
        (1_632_008, 1),
        (34_500_000, 100_000),
        (-8800, 100),
        (30, 3),  # a lone digit does not say where it was rounded
        (10, 1),
        (7000, 700),
        (300_000, 30_000),
    ],
)
def test_the_place_of_the_last_digit(value, place):
    assert last_place(value) == pytest.approx(place)


@pytest.mark.parametrize(
    ("value", "status", "error"),
    [
        (27.9, "exact", 0),
        (22, "rounded", 1 / math.sqrt(12)),
        (8800, "rounded", 100 / math.sqrt(12)),
        (8800, "approximate", 50),
        (15, "inferred", 0.5),
        (15, "provisional", 0),  # its error is a revision, not how it was told
        (15, "assumed", 0),
        (0, "rounded", 0),
        (100, "rounded", 0),  # on its bound
    ],
)
def test_the_error_with_which_a_value_was_told(value, status, error):
    assert told_error(value, status, (0, 100) if value <= 100 else (0, None)) == pytest.approx(error)


def test_the_size_of_revisions_is_their_root_mean_square():
    pairs = [(10.0, 11.0), (20.0, 19.0), (30.0, 32.0)]
    assert revision_size(pairs, points=True) == pytest.approx(math.sqrt((1 + 1 + 4) / 3))
    logs = [math.log(11 / 10), math.log(19 / 20), math.log(32 / 30)]
    assert revision_size(pairs, points=False) == pytest.approx(math.sqrt(sum(log**2 for log in logs) / 3))


def test_two_periods_do_not_tell_the_size_of_revisions():
    assert revision_size([(10.0, 11.0), (20.0, 19.0)], points=True) is None
    assert revision_size([(10.0, 11.0), (20.0, 19.0), (0.0, 3.0)], points=False) is None
