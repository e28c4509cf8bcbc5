"""What the models of a single series share: applying, falling back, fitting quietly."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from forecast.models.grid import Prepared, prepare
from forecast.models.panel import FEW_COPIES, Prediction, Series
from forecast.models.walks import read_paths
from forecast.schema.draws import FloatArray
from forecast.schema.streams import Streams

Simulate = Callable[[Prepared, int, np.random.Generator], FloatArray]


class FitError(Exception):
    """A fit failed; caught here, where another model takes over."""


@dataclass(frozen=True)
class StepForecaster:
    """A model that draws the paths of one series at a time.

    Parameters
    ----------
    name : str
        Registry name; also keys the random stream.
    min_observations : int
        Fewest observations that it accepts.
    regular : bool
        Whether it needs an almost gap-free regular grid.
    simulate : callable
        Takes a prepared series, a number of draws and a generator; returns paths from step 0 to the horizon on the
        model scale, shape ``(draws, horizon + 1)``, or raises `FitError`.
    fallback : StepForecaster or None
        What takes over when this one does not apply or fails.
    copies : int
        Possible true histories tried for a doubtful series.
    """

    name: str
    min_observations: int
    regular: bool
    simulate: Simulate
    fallback: "StepForecaster | None" = None
    copies: int = FEW_COPIES

    @property
    def below(self) -> str | None:
        """Registry name of what takes over."""
        return None if self.fallback is None else self.fallback.name

    def applies(self, prepared: Prepared) -> bool:
        """Say whether a series is long and regular enough."""
        enough = min(prepared.observed, prepared.z.size) >= self.min_observations
        return enough and (prepared.almost_regular or not self.regular)

    def attempt(self, prepared: Prepared, draws: int, rng: Streams) -> Prediction:
        """Make the draws of one series, in the unit of the source, without falling back."""
        paths = self.simulate(prepared, draws, rng.stream(f"model {self.name}", prepared.series.id))
        values = prepared.scale.back(read_paths(paths, prepared.lead))
        if not np.isfinite(values).all():
            raise FitError(f"{self.name} gave draws that are not finite")
        notes = ("gaps_filled",) if self.regular and prepared.missing else ()
        return Prediction(values, (self.name,), notes + (("prior_spread",) if prepared.z.size == 1 else ()))

    def predict_one(self, prepared: Prepared, draws: int, rng: Streams) -> Prediction:
        """Make the draws of one series, with the next simpler model if this one does not apply or fails."""
        if self.fallback is None:
            return self.attempt(prepared, draws, rng)
        if self.applies(prepared):
            try:
                return self.attempt(prepared, draws, rng)
            except FitError:
                pass  # noted below, by the name of what takes over
        simpler = self.fallback.predict_one(prepared, draws, rng)
        notes = tuple(note for note in simpler.notes if not note.startswith("fallback:"))
        return Prediction(simpler.draws, simpler.used, (f"fallback:{simpler.used[0]}", *notes))

    def predict(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, Prediction]:
        """Make the predictive draws of each series, with what was used and noted."""
        return {one.id: self.predict_one(prepare(one), draws, rng) for one in series}

    def draw(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, FloatArray]:
        """Make the predictive draws of each series: shape ``(draws, dates)``, in the unit of the source."""
        return {id: prediction.draws for id, prediction in self.predict(series, draws, rng).items()}


@dataclass(frozen=True, eq=False)
class Standard:
    """Values with mean 0 and standard deviation 1, rounded so that another unit gives the same numbers."""

    values: FloatArray
    mean: float
    sd: float


def standardise(values: FloatArray) -> Standard:
    """Centre and scale values, NaN allowed, so that optimisers see every series alike."""
    mean, sd = float(np.nanmean(values)), float(np.nanstd(values))
    if sd <= 1e-9 * max(abs(mean), 1e-300) or sd < 1e-12 * float(np.nanmax(np.abs(values))):
        raise FitError("a constant series has nothing to fit")
    return Standard(np.round((values - mean) / sd, 9), mean, sd)


@contextmanager
def fitting() -> Iterator[None]:
    """Silence what statsmodels says of hard fits and turn its failures into `FitError`."""
    from statsmodels.tools.sm_exceptions import ModelWarning

    with warnings.catch_warnings():
        for category in (ModelWarning, RuntimeWarning):  # convergence, starting values; overflow while searching
            warnings.simplefilter("ignore", category)
        try:
            yield
        except (ValueError, RuntimeError, ArithmeticError, IndexError) as error:
            raise FitError(str(error)) from error
