"""A series as the models see it: on its model scale and on a grid of steps counted from the last observation."""

from dataclasses import dataclass, replace

import numpy as np

from forecast.models.panel import Series
from forecast.models.spread import measure_prior
from forecast.schema.draws import FloatArray
from forecast.schema.scales import Scale

TOLERANCE = 0.25  # of a step: how far from the grid a date may lie
WEEK = 0.02  # years: a date to forecast this near a step is on it
MOST_MISSING = 0.25  # share of the steps that may be filled for models without gaps
YEARS_FOR_SEASON = 3


@dataclass(frozen=True, eq=False)
class Prepared:
    """One series, ready for any model. Step 0 is the last observation, the origin.

    Parameters
    ----------
    series : Series
        As given.
    scale : Scale
        To and from the model scale.
    z : FloatArray
        Observations on the model scale.
    at : FloatArray
        Their dates in steps, up to 0.
    lead : FloatArray
        Dates to forecast in steps, above 0.
    steps : FloatArray
        Observations on the model scale, one per step up to the origin, NaN where there is none.
    on_grid : bool
        Whether every date lies near a step of its own.
    profile : FloatArray
        Season on the model scale by steps after the origin, mean 0; all zeros without one.
    prior_sd : float
        Prior standard deviation of one step, on the model scale.
    """

    series: Series
    scale: Scale
    z: FloatArray
    at: FloatArray
    lead: FloatArray
    steps: FloatArray
    on_grid: bool
    profile: FloatArray
    prior_sd: float

    @property
    def horizon(self) -> int:
        """Number of steps needed to reach the last date."""
        return max(int(np.ceil(self.lead[-1] - 1e-9)), 1)

    @property
    def missing(self) -> float:
        """Share of the steps without an observation."""
        return float(np.isnan(self.steps).mean())

    @property
    def observed(self) -> int:
        """Number of steps with an observation."""
        return int(np.isfinite(self.steps).sum())

    @property
    def almost_regular(self) -> bool:
        """Whether a model that knows no gaps can be used."""
        return self.on_grid and self.missing <= MOST_MISSING

    @property
    def filled(self) -> FloatArray:
        """Steps with the gaps on straight lines."""
        known = np.isfinite(self.steps)
        places = np.arange(self.steps.size)
        return np.interp(places, places[known], self.steps[known])

    def season_of(self, steps: FloatArray) -> FloatArray:
        """Give the season of each of the steps up to the origin."""
        return self.profile[np.arange(1 - steps.size, 1) % self.profile.size]

    def season_ahead(self) -> FloatArray:
        """Give the season of steps 0 to the horizon."""
        return self.profile[np.arange(self.horizon + 1) % self.profile.size]


def prepare(series: Series) -> Prepared:
    """Bring a series to its model scale and grid."""
    scale = Scale.of(series.values, series.lower, series.upper)
    at = (series.times - series.times[-1]) / series.step
    z = scale.forward(series.values)
    on_grid = bool((np.abs(at - np.round(at)) <= TOLERANCE).all() and np.unique(np.round(at)).size == at.size)
    prepared = Prepared(
        series=series,
        scale=scale,
        z=z,
        at=at,
        lead=snap_leads((series.ahead - series.times[-1]) / series.step, series.step),
        steps=place_on_steps(at, z),
        on_grid=on_grid,
        profile=np.zeros(1),
        prior_sd=measure_prior(
            scale.kind,
            series.values,
            series.step,
            on_bound=series.values.size == 1 and (scale.on_lower or scale.on_upper),
        ),
    )
    return replace(prepared, profile=measure_season(prepared.steps, series.season)) if on_grid else prepared


def snap_leads(lead: FloatArray, step: float) -> FloatArray:
    """Bring dates to forecast within a week of a step onto it: months and years differ in length."""
    nearest = np.maximum(np.round(lead), 1.0)
    return np.where(np.abs(lead - nearest) <= min(TOLERANCE, WEEK / step), nearest, lead)


def place_on_steps(at: FloatArray, z: FloatArray) -> FloatArray:
    """Place observations on their nearest steps, the last one within a step winning; NaN elsewhere."""
    places = np.round(at).astype(int) - int(np.round(at[0]))
    steps = np.full(places[-1] + 1, np.nan)
    for place, value in zip(places, z, strict=True):
        steps[place] = value
    return steps


def measure_season(steps: FloatArray, season: int) -> FloatArray:
    """Measure an additive season from the mean change into each phase; zeros unless the data clearly ask for it.

    Parameters
    ----------
    steps : FloatArray
        Values on the model scale up to the origin, NaN where unknown.
    season : int
        Steps a year.

    Returns
    -------
    FloatArray
        Shape ``(season,)`` by steps after the origin, mean 0, or one zero without a season.
    """
    changes = np.diff(steps)
    phases = np.arange(1 - changes.size, 1) % season
    known = np.isfinite(changes)
    counts = np.bincount(phases[known], minlength=season)
    if season < 2 or steps.size < YEARS_FOR_SEASON * season or not counts.all():
        return np.zeros(1)
    means = np.bincount(phases[known], weights=changes[known], minlength=season) / counts
    if not explains(changes[known], means[phases[known]], season):
        return np.zeros(1)
    profile = np.cumsum(means - means.mean())
    centred: FloatArray = profile - profile.mean()
    return centred


def explains(changes: FloatArray, seasonal: FloatArray, season: int) -> bool:
    """Say whether means by phase explain the changes better than one mean, by AICc."""
    size = changes.size
    without = float(np.sum((changes - changes.mean()) ** 2))
    within = float(np.sum((changes - seasonal) ** 2))
    if size <= season + 2 or without <= 1e-18 * float(np.sum(changes**2)) + 1e-300:
        return False
    gain = size * np.log(without / max(within, 1e-12 * without))
    return bool(gain > penalty(season + 1, size) - penalty(2, size))


def penalty(parameters: int, size: int) -> float:
    """Penalise parameters as AICc does; infinite when there are too few observations."""
    room = size - parameters - 1
    return 2 * parameters * size / room if room > 0 else np.inf
