"""Published scores: single forecasts (scoringutils) and whole hubs by model (hubEvals)."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.vector_sets import OPEN, cases, tolerance

from forecast.assessment import scores

TASK = ("location", "reference_date", "horizon")


def find_level(levels, wanted):
    """Position of a level that arithmetic such as (1 - 0.8) / 2 may miss by rounding."""
    (position,) = np.flatnonzero(np.isclose(levels, wanted, rtol=0, atol=1e-9))
    return position


def find_ends(levels, predicted, percent):
    """Ends of the central interval of so many percent; quantiles on the last axis."""
    tail = (1 - percent / 100) / 2
    return (np.asarray(predicted)[..., find_level(levels, level)] for level in (tail, 1 - tail))


def score(given):
    levels, predicted, observed = (given.get(key) for key in ("quantile_levels", "predicted", "observed"))
    match given["score"]:
        case "absolute_error":
            return {"absolute_error": scores.absolute_error(predicted, observed)}
        case "bias":
            return {"bias": scores.bias(levels, predicted, observed)}
        case "brier":
            return {"brier": scores.brier(predicted, observed)}
        case "interval_coverage":
            ends = find_ends(levels, predicted, given["level"])
            return {"covered": bool(scores.interval_covers(*ends, observed))}
        case "interpolated_median":
            return {"median": scores.interpolated_median(levels, predicted)}
        case "wis":
            twice = given["count_median_twice"]
            return {"wis": scores.weighted_interval_score(levels, predicted, observed, count_median_twice=twice)}
    raise AssertionError(f"unknown score {given['score']}")


@pytest.mark.parametrize("case", cases("scoring"))
def test_vectors_of_single_scores(case):
    allowed = tolerance("scoring") | case.get("tolerance", {})
    assert score(case["input"]) == pytest.approx(case["expected"], **allowed)


def average_by_model(table, wanted):
    """Mean of each score by model, with the skills that are wanted, relative to all models and to the baseline."""
    tasks = [name for name in TASK if name in table]
    plain = [name for name in wanted if name in table]
    means = table.groupby("model")[plain].mean()
    for name in plain:
        matrix = table.pivot(index="model", columns=tasks, values=name)
        means[f"{name}_relative_skill"] = scores.relative_skill(matrix.to_numpy(dtype=float))
    return means


@pytest.mark.parametrize("case", cases("hub_scores", kind="quantile"))
def test_vectors_of_a_hub_of_quantiles(case):
    table = pd.DataFrame(case["input"]["forecasts"])
    levels = table["quantile_levels"].iloc[0]
    predicted, observed = np.array(table["predicted"].tolist()), table["observed"].to_numpy()
    table["ae_median"] = scores.absolute_error(predicted[:, find_level(levels, 0.5)], observed)
    table["wis"] = scores.weighted_interval_score(levels, predicted, observed)
    wanted = list(next(iter(case["expected"].values())))
    for name in (name for name in wanted if name.startswith("interval_coverage_")):
        ends = find_ends(levels, predicted, int(name.removeprefix("interval_coverage_")))
        table[name] = scores.interval_covers(*ends, observed).astype(float)
    means = average_by_model(table, wanted)
    for name in ("ae_median", "wis"):
        skill = means[f"{name}_relative_skill"]
        means[f"{name}_scaled_relative_skill"] = skill / skill[case["input"]["baseline"]]
    for model, expected in case["expected"].items():
        assert means.loc[model, wanted].to_dict() == pytest.approx(expected, **tolerance("hub_scores"))


@pytest.mark.parametrize("case", cases("hub_scores", kind="pmf"))
def test_vectors_of_a_hub_of_categories(case):
    table = pd.DataFrame(case["input"]["forecasts"])
    categories = table["categories"].iloc[0]
    probabilities = np.array(table["probabilities"].tolist())
    happened = table["observed"].map(categories.index).to_numpy()
    table["log_score"] = scores.log_score(probabilities, happened)
    table["rps"] = scores.rps(probabilities, happened)
    means = table.groupby("model")[["log_score", "rps"]].mean()
    for model, expected in case["expected"].items():
        published = {name: float(value) for name, value in expected.items()}  # infinity is written "inf"
        assert means.loc[model].to_dict() == pytest.approx(published, **tolerance("hub_scores"))


@pytest.mark.parametrize("name", ["ensembles", "scoring", "hub_scores"])
def test_vectors_kept_here_have_their_provenance_and_licence(name):
    kept = json.loads((OPEN / f"{name}.json").read_text("utf-8"))
    assert len(kept["cases"]) == kept["n_cases"]
    assert {source["licence"] for source in kept["provenance"]} == {"MIT (repository)"}
