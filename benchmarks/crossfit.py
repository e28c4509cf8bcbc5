"""Forecast a panel so that no series is judged by a model that learnt from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from forecast.models.network import read_learnt
from forecast.models.panel import Prediction, Series, predict
from forecast.models.pooled import Pooled
from forecast.schema.streams import Streams

FOLDS = 5
FOLDER = Path(__file__).parent / "folds"
PUBLIC = "public_indicators"


class Key(NamedTuple):
    """What tells whether a model has learnt from a series, whatever the folder it lies in."""

    dataset: str
    unique_id: str
    source: str
    indicator: str

    @property
    def fold(self) -> int:
        """Fold of the series; siblings of one public indicator share it."""
        public = self.dataset == PUBLIC
        text = f"{self.source}/{self.indicator}" if public else f"{self.dataset}/{self.unique_id}"
        return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % FOLDS

    @property
    def hash(self) -> np.uint64:
        """Hash of the dataset and the id, by which a series is recognised."""
        return np.uint64(int(hashlib.sha256(f"{self.dataset}/{self.unique_id}".encode()).hexdigest()[:16], 16))


def predict_fairly(
    name: str, panel: Sequence[tuple[Key, Series]], draws: int, streams: Streams
) -> dict[str, Prediction]:
    """Forecast every series of a panel with a model of the registry.

    The pooled model judges a series that it has learnt from by what it learnt without that series' fold; one that it
    has never seen, by what ships.
    """
    if name != "pooled":
        return predict(name, [series for _, series in panel], draws, streams)
    seen = np.load(FOLDER / "seen.npy")
    groups: dict[int | None, list[Series]] = {}
    for key, series in panel:
        known = seen[np.searchsorted(seen, key.hash) % seen.size] == key.hash
        groups.setdefault(key.fold if known else None, []).append(series)
    found: dict[str, Prediction] = {}
    for fold, members in groups.items():
        model = Pooled() if fold is None else Pooled(read_learnt(FOLDER / f"fold{fold}.npz"))
        found |= model.predict(members, draws, streams)
    return found
