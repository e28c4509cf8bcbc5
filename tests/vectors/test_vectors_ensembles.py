"""Published pools of forecasts (hubEnsembles): mean and median of quantiles, weighted quantile, linear pool."""

import pytest
from tests.vector_sets import cases, tolerance

from forecast.schema.pooling import average_quantiles, find_weighted_quantile, mix_quantiles, take_median_quantiles


def pool(given):
    """Pool the input of a case, at several levels or at one."""
    weights = given.get("weights")
    match given["method"]:
        case "linear_pool":
            return mix_quantiles(given["levels"], given["components"], weights)
        case "linear_pool_of_means" | "mean_of_quantiles":  # the mean of a mixture is the mean of the means
            return average_quantiles(given["values"], weights)
        case "median_of_quantiles":
            return take_median_quantiles(given["values"], weights)
        case "weighted_quantile":
            levels = given.get("levels") or given.get("probs") or [given["level"]]
            found = [find_weighted_quantile(given["values"], level, weights) for level in levels]
            return found[0] if "level" in given else found
    raise AssertionError(f"unknown method {given['method']}")


@pytest.mark.parametrize("case", cases("ensembles"))
def test_vectors_of_pools(case):
    # The set allows a wider tolerance at the outermost levels of a linear pool, because its source reads each cdf by
    # splines and draws. Ours gives normal and log-normal quantiles back their own cdf, so that none is needed.
    allowed = tolerance("ensembles") | case.get("tolerance", {})
    (expected,) = case["expected"].values()
    assert pool(case["input"]) == pytest.approx(expected, **allowed)
