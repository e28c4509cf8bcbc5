"""What the pooled model looks at in quarters, months and financial periods, season included."""

import numpy as np
from numpy.typing import NDArray

from forecast.models.features import STRENGTH, View, join
from forecast.models.histories import LOG, LOGIT, Histories
from forecast.models.seasons import measure_profiles, smooth_seasons
from forecast.models.smoothing import smooth
from forecast.schema.draws import FloatArray

RECENT = 0.9  # weight of a change against the next one
CORE = ("seasonal", "seasonal values", "grid values", "theta values")  # their mean is the anchor


def view_subyearly(histories: Histories, season: int, leads: int, *, seasonal: bool = True) -> View:
    """Describe histories on a grid of steps, anchored at the mean of four forecasts.

    Parameters
    ----------
    season : int
        Steps a year.
    leads : int
        Steps to forecast.
    seasonal : bool
        Whether to look for a season at all.
    """
    z, raw, kind = histories.z, histories.raw, histories.kind
    steps, lead = np.arange(1 - z.shape[1], 1), np.arange(1, leads + 1)
    phases = lead % season
    profile, support = find_profile(z, season, seasonal)
    values_profile, values_support = find_profile(raw, season, seasonal)
    bare, values_bare = z - profile[:, steps % season], raw - values_profile[:, steps % season]
    change, known = changes_of(bare)
    count = known.sum(axis=1)
    noise = np.sqrt((STRENGTH * histories.prior**2 + (change**2).sum(axis=1)) / (STRENGTH + count))
    last = bare[:, -1:]
    forecasts: dict[str, FloatArray] = {}
    forecasts["seasonal"], spread, error, gamma, alpha = smooth_seasons(z, profile, leads, noise)
    values = smooth_seasons(raw, values_profile, leads, size_of(values_bare, count), 1.0)[0]
    forecasts["seasonal values"] = values_to_model(histories, values)
    dates, bare_rows = compress(bare)
    smoothed = smooth(bare_rows, dates, lead.astype(float), noise)
    growth = np.where((kind == LOG)[:, None], np.exp(np.clip(bare_rows - last, -20, 20)), bare_rows)
    grown = smooth(growth, dates, lead.astype(float), size_of(growth, count), 1.0)
    for name, field in (("grid", "mean"), ("theta", "theta")):
        forecasts[name] = last + getattr(smoothed, field) + profile[:, phases]
        offset = getattr(grown, field)
        offset = np.where((kind == LOG)[:, None], np.log(np.maximum(1 + offset, 0.1)), offset)
        forecasts[f"{name} values"] = last + offset + profile[:, phases]
    forecasts["last"] = last + profile[:, phases]
    repeated = z[:, -season:][:, (lead - 1) % season] if z.shape[1] >= season else forecasts["last"]
    forecasts["last year"] = np.where(np.isfinite(repeated), repeated, forecasts["last"])
    anchor = np.mean([forecasts[name] for name in CORE], axis=0)
    anchor = np.where((histories.size < 2)[:, None], forecasts["last"], anchor)
    own = {
        "log size": np.log(histories.size),
        "years": np.minimum(histories.size / season, 8) / 4,
        "log season": np.full(len(z), np.log(season)),
        "support": support,
        "support of values": values_support,
        "gamma": gamma,
        "alpha": alpha,
        "error": np.log(error / noise),
        "amplitude": np.log(np.abs(profile).mean(axis=1) / noise + 0.05),
    } | describe(histories, change, known, noise, season)
    unit = np.sqrt(lead) * noise[:, None]
    ahead = {
        "log lead": np.log(lead) + 0 * unit,
        "lead in years": lead / season + 0 * unit,
        "spread": np.clip(spread / unit, 0, 4),
        "anchor": np.clip((anchor - forecasts["last"]) / unit, -5, 5),
    } | {name: np.clip((value - anchor) / unit, -5, 5) for name, value in forecasts.items()}
    return View((*own, *ahead), join(own, ahead), noise, anchor, lead.astype(float))


def describe(
    histories: Histories, change: FloatArray, known: NDArray[np.bool_], noise: FloatArray, season: int
) -> dict[str, FloatArray]:
    """Describe size, kind, height and the changes without their season."""
    kind, size = histories.kind, histories.size
    fading = RECENT ** np.arange(change.shape[1] - 1, -1, -1) * known
    squares = STRENGTH * histories.prior**2 + (change**2 * fading).sum(axis=1)
    found = {
        "noise to usual": np.log(noise / histories.prior),
        "recent noise": 0.5 * np.log(squares / (STRENGTH + fading.sum(axis=1))) - np.log(noise),
        "digits": histories.digits / 2,
        "height": np.where(kind == LOGIT, histories.z[:, -1], 0.0) / 2,
        "noise": np.log(np.clip(noise, 1e-4, 1e2)) * (kind <= LOG) / 2,
        "alone": (size == 1) * 1.0,
        "two": (size == 2) * 1.0,
        "logit": (kind == LOGIT) * 1.0,
        "log": (kind == LOG) * 1.0,
        "largest change": np.log(np.abs(change).max(axis=1) / noise + 0.3),
        "follows itself": (change[:, 1:] * change[:, :-1]).sum(axis=1) / ((change**2).sum(axis=1) + 0.5 * noise**2),
    }
    for place, window in enumerate((1, 2, 3, season // 2, season, 2 * season, 4 * season)):
        inside = np.maximum(known[:, -window:].sum(axis=1), 1)
        found[f"drift {place}"] = np.clip(change[:, -window:].sum(axis=1) / np.sqrt(inside) / noise, -6, 6) / 2
    return found


def find_profile(z: FloatArray, season: int, seasonal: bool) -> tuple[FloatArray, FloatArray]:
    """Find the season by phase after the origin, gaps on straight lines; zeros where none is looked for."""
    if not seasonal or season < 2:
        return np.zeros((len(z), max(season, 1))), np.zeros(len(z))
    return measure_profiles(fill(z), season)


def fill(z: FloatArray) -> FloatArray:
    """Fill the gaps of each row on straight lines; what lies left of the first value stays unknown."""
    filled = z.copy()
    places = np.arange(z.shape[1])
    seen = np.isfinite(z)
    first = np.argmax(seen, axis=1)
    for row in np.flatnonzero((~seen & (places >= first[:, None])).any(axis=1)):
        filled[row, first[row] :] = np.interp(places[first[row] :], places[seen[row]], z[row, seen[row]])
    return filled


def compress(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Push the observations of each row to the right; give their dates in steps and their values."""
    steps = np.arange(1 - z.shape[1], 1, dtype=float)
    dates, values = np.where(np.isfinite(z), steps, np.nan), z
    first = np.argmax(np.isfinite(z), axis=1)
    gaps = ~np.isfinite(z) & (np.arange(z.shape[1]) >= first[:, None])
    if not gaps.any():
        return dates, values
    order = np.argsort(np.isfinite(z), axis=1, kind="stable")
    return np.take_along_axis(dates, order, axis=1), np.take_along_axis(values, order, axis=1)


def changes_of(z: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Changes from step to step, zero where either value is unknown, and where both are known."""
    known = np.isfinite(z[:, 1:]) & np.isfinite(z[:, :-1])
    return np.where(known, np.diff(z, axis=1), 0.0), known


def size_of(z: FloatArray, count: FloatArray) -> FloatArray:
    """Root mean square of the changes, just above zero where there are none."""
    change, _ = changes_of(z)
    size: FloatArray = np.sqrt((change**2).sum(axis=1) / np.maximum(count, 1)) + 1e-6
    return size


def values_to_model(histories: Histories, values: FloatArray) -> FloatArray:
    """Bring forecasts of the values to the model scale; they may not leave the bounds."""
    kind, lowest = histories.kind[:, None], np.nanmin(histories.raw, axis=1)[:, None]
    log = np.log(np.maximum(values, 0.1 * np.where(kind == LOG, lowest, 1.0))) + histories.z[:, -1:]
    inside = np.clip(values, 0.003, 0.997)
    return np.where(kind == LOG, log, np.where(kind == LOGIT, np.log(inside / (1 - inside)), values))
