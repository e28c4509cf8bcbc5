"""Probabilities that the official classes of progress give: how often targets of a class were met.

The classes are the ratio of compound growth of the UN Progress Chart: growth from a base to the last value over the
growth from the base to the target, on track from 0.95, fair from 0.5, limited from -0.1, else deterioration; also when
the base already met a target that the last value does not.
"""

from __future__ import annotations

import hashlib

import numpy as np
from benchmarks.folder import Item
from benchmarks.truth import RATES, Truth

SPAN = 5  # years from the base to the last value, fewer where the history is shorter
LIMITS = np.array([-0.1, 0.5, 0.95])
UNKNOWN = -1  # no base: one observation, or values that have no growth rate
FOLDS = 5
#: Share of virtual targets met by series of the UN Global SDG database: deterioration, limited, fair, on track.
PUBLISHED = np.array([0.12, 0.08, 0.21, 0.57])


def classify(items: tuple[Item, ...], truth: Truth) -> np.ndarray:
    """Class each series, by the history that a method sees, against each virtual target: shape (n, 6)."""
    bases = [item.train[max(0, item.train.size - 1 - SPAN)] for item in items]
    spans = np.array([min(item.train.size - 1, SPAN) for item in items], dtype=float)[:, None]
    base, last, target = np.array(bases)[:, None], truth.last[:, None], truth.targets
    with np.errstate(divide="ignore", invalid="ignore"):
        actual = np.log(last / base) / spans
        required = np.log(target / base) / (spans + truth.horizon[:, None])
        ratio = np.expm1(actual) / np.expm1(required)
        found = np.where(np.isfinite(ratio), np.searchsorted(LIMITS, ratio, side="right"), UNKNOWN)
    lost = np.where(RATES > 0, base >= target, base <= target)
    found = np.where(lost & (found != UNKNOWN), 0, found)
    return np.where((spans > 0) & (base > 0) & np.isfinite(target), found, UNKNOWN)


def fold_of(items: tuple[Item, ...]) -> np.ndarray:
    """Put all series of one indicator into one of five folds, by a hash."""
    names = [f"{item.source}/{item.indicator}" for item in items]
    return np.array([hashlib.sha256(name.encode()).digest()[0] % FOLDS for name in names])


def class_chances(items: tuple[Item, ...], truth: Truth) -> dict[str, np.ndarray]:
    """Give each virtual target the frequency of its class: as learnt on the other folds, and as published.

    Where there is no class, both give the frequency of all targets of the other folds.
    """
    classes, folds = classify(items, truth), fold_of(items)
    learnt, published = np.full(classes.shape, np.nan), np.full(classes.shape, np.nan)
    for fold in range(FOLDS):
        own, other = folds == fold, folds != fold
        if not own.any():
            continue
        overall = np.nanmean(truth.met[other]) if other.any() else 0.5
        for place in range(UNKNOWN, LIMITS.size + 1):
            met = truth.met[other][(classes[other] == place)]
            rate = np.nanmean(met) if np.isfinite(met).any() else overall
            chosen = own[:, None] & (classes == place)
            learnt[chosen] = overall if place == UNKNOWN else rate
            published[chosen] = overall if place == UNKNOWN else PUBLISHED[place]
    blank = np.isnan(truth.targets)
    return {
        "official classes, learnt": np.where(blank, np.nan, learnt),
        "official classes, published": np.where(blank, np.nan, published),
    }
