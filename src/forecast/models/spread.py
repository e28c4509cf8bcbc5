"""How much indicators change from year to year, as learnt from public series, and how it tempers a short history."""

import json
from functools import lru_cache
from importlib.resources import files

import numpy as np

from forecast.schema.draws import FloatArray

WIDEST = 3.0  # a drawn spread, as a multiple of the central one: cuts about one draw in a hundred with no history


@lru_cache(maxsize=1)
def load_prior() -> tuple[float, dict[str, float]]:
    """Read the prior degrees of freedom and the yearly spread by scale; `benchmarks/learn_spread.py` writes them."""
    learnt = json.loads(files("forecast.models").joinpath("spread.json").read_text(encoding="utf-8"))
    return float(learnt["prior_degrees"]), {kind: float(sd) for kind, sd in learnt["yearly_sd"].items()}


#: Yearly spread on the logit scale of a percentage that is only known to stand on its bound, such as a deployment not
#: begun: public indicators say nothing of how fast it leaves it. Ours, not learnt: wide enough to claim little.
FROM_BOUND = 2.0


def measure_prior(kind: str, values: FloatArray, step: float, *, on_bound: bool = False) -> float:
    """Give the prior standard deviation of one step, on the model scale.

    Without bounds it is the spread of the logarithm times the median size of the values (their largest size, or 1,
    where that is zero).

    Parameters
    ----------
    kind : str
        ``logit``, ``log`` or ``identity``.
    values : FloatArray
        Observed values, in the unit of the source.
    step : float
        Years per step; a yearly change is taken as a sum of independent steps.
    on_bound : bool
        Whether a single value, on one of two bounds, is all that is known.
    """
    if on_bound and kind == "logit":
        return FROM_BOUND * float(np.sqrt(step))
    yearly = load_prior()[1]["logit" if kind == "logit" else "log"]
    size = 1.0
    if kind == "identity":
        sizes = np.abs(values)
        size = float(np.median(sizes)) or float(sizes.max()) or 1.0
    return yearly * size * float(np.sqrt(step))


def draw_spread(
    generator: np.random.Generator, squares: float, freedom: float, prior_sd: float, draws: int
) -> FloatArray:
    """Draw standard deviations of one step, shape ``(draws,)``: sigma² | data is scaled inverse chi-squared.

    ``sigma² = (nu0 s0² + squares) / chi²(nu0 + freedom)``, the conjugate update of a normal variance (Gelman et
    al., *Bayesian Data Analysis*, 3rd ed., section 2.6), cut at three times its central value.

    Parameters
    ----------
    squares : float
        Sum of squared errors of one step, on the model scale.
    freedom : float
        Number of those errors less the number of fitted parameters; below zero counts as zero.
    prior_sd : float
        Prior standard deviation s0 of one step, on the model scale.
    """
    nu0 = load_prior()[0]
    degrees = nu0 + max(freedom, 0.0)
    total = nu0 * prior_sd**2 + squares
    widest = WIDEST * np.sqrt(total / degrees)
    spread: FloatArray = np.minimum(np.sqrt(total / generator.chisquare(degrees, size=draws)), widest)
    return spread
