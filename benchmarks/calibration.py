"""Calibrate the networks of the pooled model on outcomes of series that they did not see."""

from dataclasses import replace

import numpy as np
import pandas as pd
from benchmarks.windows import Rows

from forecast.models.network import LEVELS, MIDDLE, SCORES, Network, keep_order

OFFICIAL = 16.0  # weight of what followed the official split, as the newest years of a series are
SHORT, GROWTH = 8, 0.1  # weight there of competition series cut to so few observations
ENOUGH = 300  # cases after which a cell of the calibration stands for itself


def calibrate(network: Network, rows: Rows, offsets: np.ndarray, season_step: np.ndarray) -> Network:
    """Measure the calibration and the persistence from answers on rows that were not learnt from."""
    middle = np.where(rows.count > 1, offsets[:, MIDDLE], 0.0)
    gaps = offsets - offsets[:, MIDDLE : MIDDLE + 1]
    rest = rows.offset - middle
    near_size = nearest(np.log(rows.count), np.log(network.sizes))
    near_year = nearest(np.log(rows.lead * season_step), np.log(network.years))
    factors = np.ones_like(network.factors)
    weight = np.where(rows.official, OFFICIAL, 1.0)
    if rows.public.any():  # short cuts of long economic series grow as plan indicators do not
        weight = np.where(~rows.public & (rows.count <= SHORT), weight * GROWTH, weight)
    for i in range(network.sizes.size):
        row = near_size == i
        pooled = factor_of(rest[row], gaps[row], weight[row])
        for j in range(network.years.size):
            cell = row & (near_year == j)
            share = cell.sum() / (cell.sum() + ENOUGH)
            own = factor_of(rest[cell], gaps[cell], weight[cell]) if cell.sum() > 30 else pooled
            factors[i, j] = share * own + (1 - share) * pooled
    calibrated = replace(network, factors=factors)
    return replace(calibrated, persistence=measure_persistence(calibrated, rows, middle, gaps, season_step))


def nearest(values: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    return np.abs(values[:, None] - nodes[None, :]).argmin(axis=1)


def factor_of(rest: np.ndarray, gaps: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Find what each gap is multiplied by so that the right share of the outcomes lies inside."""
    factors = np.ones(LEVELS.size)
    if not rest.size:
        return factors
    for level in range(LEVELS.size):
        if level == MIDDLE:
            continue
        ratio = rest / gaps[:, level]
        order = np.argsort(ratio)
        reached = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
        wanted = LEVELS[level] if level > MIDDLE else 1 - LEVELS[level]
        factors[level] = max(float(np.interp(wanted, reached, ratio[order])), 0.05)
    return factors


def measure_persistence(
    network: Network, rows: Rows, middle: np.ndarray, gaps: np.ndarray, step: np.ndarray
) -> np.ndarray:
    """Measure how the normal scores of outcomes carry over from one lead to the next."""
    known = keep_order(gaps * calibration_of(network, rows, step))
    rest = rows.offset - middle
    before = np.clip((known <= rest[:, None]).sum(axis=1) - 1, 0, LEVELS.size - 2)
    pick = np.arange(len(rest))
    width = np.maximum(known[pick, before + 1] - known[pick, before], 1e-9)
    score = SCORES[before] + (rest - known[pick, before]) / width * (SCORES[before + 1] - SCORES[before])
    table = pd.DataFrame({"window": rows.window, "lead": rows.lead.astype(int), "score": np.clip(score, -4, 4)})
    wide = table[rows.count >= 3].pivot_table(index="window", columns="lead", values="score")
    leads = int(rows.lead.max())
    found = [0.0]
    for lead in range(2, leads + 1):
        pair = wide[[lead - 1, lead]].dropna() if {lead - 1, lead} <= set(wide) else wide.iloc[:0]
        found.append(float(np.clip(np.corrcoef(pair.to_numpy().T)[0, 1], 0, 0.98)) if len(pair) > 100 else found[-1])
    return np.array(found)


def calibration_of(network: Network, rows: Rows, step: np.ndarray) -> np.ndarray:
    """Read the calibration of each row."""
    found = np.empty((len(rows.count), LEVELS.size))
    years = np.round(rows.lead * step, 9)
    for year in np.unique(years):
        at = years == year
        found[at] = network.calibration(rows.count[at], np.array([year]))[:, 0]
    return found
