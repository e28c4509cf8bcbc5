"""Equal shares of every model that applies to a series."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.models.grid import Prepared, prepare
from forecast.models.panel import FEW_COPIES, Prediction, Series
from forecast.models.stepwise import FitError, StepForecaster
from forecast.schema.draws import FloatArray
from forecast.schema.streams import Streams


@dataclass(frozen=True)
class Mixture:
    """Draws of several models, in equal shares and shuffled; a model that does not apply or fails has no share.

    Parameters
    ----------
    components : tuple of StepForecaster
        The first always applies.
    """

    components: tuple[StepForecaster, ...]
    name: str = "mixture"
    min_observations: int = 1
    below: str | None = None
    regular: bool = False
    copies: int = FEW_COPIES

    def predict_one(self, prepared: Prepared, draws: int, rng: Streams) -> Prediction:
        """Make the draws of one series."""
        chosen = [component for component in self.components if component.applies(prepared)]
        parts, failed = attempt_all(chosen, prepared, draws, rng)
        if failed:  # shares are larger without them: again, once
            parts, _ = attempt_all([one for one in chosen if one not in failed], prepared, draws, rng)
        pooled = np.concatenate([part.draws for part in parts])[:draws]
        order = rng.stream("model mixture", prepared.series.id).permutation(draws)
        used = tuple(dict.fromkeys(name for part in parts for name in part.used))
        notes = dict.fromkeys(note for part in parts for note in part.notes)
        return Prediction(pooled[order], used, (*notes, *(f"left_out:{one.name}" for one in failed)))

    def predict(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, Prediction]:
        """Make the predictive draws of each series, with what was used and noted."""
        return {one.id: self.predict_one(prepare(one), draws, rng) for one in series}

    def draw(self, series: Sequence[Series], draws: int, rng: Streams) -> dict[str, FloatArray]:
        """Make the predictive draws of each series: shape ``(draws, dates)``, in the unit of the source."""
        return {id: prediction.draws for id, prediction in self.predict(series, draws, rng).items()}


def attempt_all(
    chosen: list[StepForecaster], prepared: Prepared, draws: int, rng: Streams
) -> tuple[list[Prediction], list[StepForecaster]]:
    """Ask each model for its share of the draws, the first ones for what does not divide; say which failed."""
    parts, failed = [], []
    for place, component in enumerate(chosen):
        share = draws // len(chosen) + (place < draws % len(chosen))
        try:
            if share:
                parts.append(component.attempt(prepared, share, rng))
        except FitError:
            failed.append(component)
    return parts, failed
