"""Learn the pooled model again, from the reference collection and the competition series.

Usage: make learn DATA=DIR     (or python benchmarks/learn.py --data DIR, where jax and optax are installed)

DIR holds files in the layout of `data/reference/README.md`. Written are

- src/forecast/models/learnt.npz, learnt from everything, and measured.json, its accuracy on what it had not seen;
- benchmarks/folds/fold0.npz … fold4.npz, each learnt without one fifth of the indicators, by which `accuracy.py`
  judges the series that were learnt from; benchmarks/folds/seen.npy, hashes of these series.

Folds are made by a hash of (source, indicator), for competition series of (dataset, id): no series is judged by a
model that saw it or a sibling. Inside each fold's model the networks are calibrated on series that they did not see
(cross-fitting once more), and never on the fold to be judged.
"""

import argparse
import hashlib
import json
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crossfit import FOLDS, PUBLIC, Key

from forecast.models.grid import Prepared, prepare
from forecast.models.histories import IDENTITY, LOGIT
from forecast.models.network import LAYERS, LEVELS, MIDDLE, SCORES, Learnt, Network, keep_order
from forecast.models.panel import Series
from forecast.models.pooled import CHUNK, LENGTH, STEPS, look

ROOT = Path(__file__).parents[1]
DESTINATION = ROOT / "src" / "forecast" / "models"
SEASONS = {"Y": 1, "O": 1, "Q": 4, "M": 12}
LEADS = {1: 8, 4: 8, 12: 24}
THIN = {12: 0.4}  # share of the leads kept: months have many
MEMBERS = 3
HIDDEN = 64
EPOCHS = {"yearly": 11, "subyearly": 12}
RATE, DECAY, BATCH = 3e-3, 0.1, 4096
LEAST = 0.05  # of a standard deviation: a figure that never varied in learning must not shout later
TAME = 4.0  # losses beyond grow as a logarithm: scores are capped, and a few wild series would rule
SIZES = {"yearly": [1, 2, 3, 4, 5, 8, 13, 20, 40], "subyearly": [1, 2, 3, 5, 8, 13, 24, 48, 120]}
AHEAD = {"yearly": [1, 2, 3, 4, 6, 8], "subyearly": [1 / 12, 1 / 4, 1 / 2, 1, 2]}
OFFICIAL = 4.0  # weight in the calibration of what followed the official split, as the newest years of a series are
SHORT, GROWTH = 8, 0.1  # weight there of competition series cut to so few observations
ENOUGH = 300  # cases after which a cell of the calibration stands for itself
SOURCES = "sources and licences: data/reference/README.md; and numbers learnt from the M1, M3 and tourism series"


@dataclass(frozen=True)
class Known:
    """One whole series of a collection."""

    key: Key
    values: np.ndarray
    test: int
    season: int
    lower: float | None
    upper: float | None

    @property
    def dataset(self) -> str:
        """Collection of the series."""
        return self.key.dataset

    @property
    def fold(self) -> int:
        """Fold of the series."""
        return self.key.fold


def derive(known: Known) -> list[Known]:
    """Derive series of the scales that competitions lack: without bounds, and as shares of a ceiling.

    One series in four is also seen without its lower bound; of two within the year one as a percentage of a ceiling
    between 1.05 and 3 times its highest value.
    """
    chance = np.random.default_rng(int(known.key.hash) % 2**62)
    found = []
    if known.dataset == PUBLIC or known.lower != 0:
        return found
    if chance.random() < 0.25:
        found.append(replace(known, lower=None))
    if known.season > 1 and chance.random() < 0.5:
        ceiling = float(known.values.max()) * chance.uniform(1.05, 3)
        found.append(replace(known, values=np.round(100 * known.values / ceiling, 2), upper=100.0))
    return found


def read(folder: Path) -> list[Known]:
    """Read every collection of a folder."""
    meta = pd.read_parquet(folder / "series_meta.parquet").set_index(["dataset", "unique_id"])
    found = []
    for path in sorted(folder.glob("*.parquet")):
        if path.stem == "series_meta":
            continue
        rows = pd.read_parquet(path).sort_values(["unique_id", "step"], kind="stable")
        for id, one in rows.groupby("unique_id", sort=True):
            about = meta.loc[(path.stem, id)]
            values = one["y"].to_numpy(float)
            test = int(one["horizon"].iloc[0])
            lower, upper = (None if pd.isna(about[name]) else float(about[name]) for name in ("lower", "upper"))
            if about["kind"] == "competition" and (values[:-test] > 0).all():
                lower = 0.0
            values = values if lower is None else np.maximum(values, lower)
            key = Key(path.stem, str(id), about["source"], about["indicator"])
            found.append(Known(key, values, test, SEASONS[one["freq"].iloc[0]], lower, upper))
    return found


@dataclass(frozen=True)
class Window:
    """A history cut from a series, and what followed."""

    known: Known
    end: int
    size: int
    weight: float
    scale: float

    @property
    def outcomes(self) -> np.ndarray:
        """What followed, NaN where it is not known."""
        leads = LEADS[self.known.season]
        after = self.known.values[self.end : self.end + leads]
        return np.concatenate([after, np.full(leads - after.size, np.nan)])

    def prepare(self) -> Prepared:
        """Prepare the history as the model does."""
        values = self.known.values[self.end - self.size : self.end]
        step = 1 / self.known.season
        times = 2000 + step * np.arange(values.size)
        ahead = times[-1:] + step
        lower, upper = self.known.lower, self.known.upper
        return prepare(Series(self.known.key.unique_id, times, values, step, self.known.season, lower, upper, ahead))


def cut(known: Known) -> list[Window]:
    """Cut windows: the official split at several lengths, and random origins and lengths."""
    chance = np.random.default_rng(int(known.key.hash) % 2**63)
    season, values = known.season, known.values
    train = values.size - known.test
    longest = LENGTH if season == 1 else STEPS
    usual = float(np.abs(values[season:] - values[:-season]).mean()) if values.size > season else 0.0
    before = float(np.abs(values[season:train] - values[: train - season]).mean()) if train > season else 0.0
    scale = max(before, 0.2 * usual)
    if season == 1:
        public = known.dataset == PUBLIC
        lengths = (1, 2, 3, 4, 5, 8) if public else chance.choice([1, 2, 3, 4, 5, 6, 8, 10], size=3, replace=False)
        count, official = (10, 1.2) if public else (14, 2.0)
    else:
        lengths = chance.choice([1, 2, 3, 5, 8, season, 13, 2 * season, 2 * season + 4, 3 * season, 40], size=1)
        count, official = 6, 2.0
    windows = [Window(known, train, min(train, longest), official, scale)]
    windows += [
        Window(known, train, int(size), official if season == 1 else 1.0, scale) for size in lengths if size < train
    ]
    origins = np.setdiff1d(np.arange(2, values.size), [train])
    for end in chance.choice(origins, size=min(count, origins.size), replace=False):
        top = min(int(end), longest)
        if season == 1:
            sizes = {int(chance.integers(1, top + 1)), int(chance.choice([min(top, s) for s in (1, 2, 3, 5, 8, top)]))}
        else:
            options = [top, top, top, 5 * season, 3 * season, 40, 24, chance.integers(1, 41), chance.integers(1, 13)]
            sizes = {min(top, int(chance.choice(options)))}
        windows += [Window(known, int(end), size, 1.0, usual) for size in sizes]
    return [window for window in windows if window.scale > 0]


@dataclass(frozen=True)
class Rows:
    """One row per window and lead: figures, how an offset becomes a value, and the outcome."""

    figures: np.ndarray
    anchor: np.ndarray
    size: np.ndarray
    bounds: np.ndarray  # lower, width, kind, unit
    value: np.ndarray
    offset: np.ndarray  # of the outcome, as the networks give it
    scale: np.ndarray
    weight: np.ndarray
    count: np.ndarray  # observations
    lead: np.ndarray
    window: np.ndarray
    public: np.ndarray  # whether it is a public indicator
    official: np.ndarray  # whether the whole training part was seen up to the official split

    @staticmethod
    def join(parts: list["Rows"]) -> "Rows":
        """Join rows."""
        return Rows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])})


def describe(windows: list[Window], thin: float = 1.0) -> tuple[Rows, tuple[str, ...]]:
    """Look at windows of one season as the model will, a few hundred at a time."""
    empty = Learnt(None, None, {})  # type: ignore[arg-type] - looking needs no network
    parts, names = [], ()
    chance = np.random.default_rng(5)
    for start in range(0, len(windows), CHUNK):
        part = windows[start : start + CHUNK]
        prepared = [with_leads(window) for window in part]
        histories, view, _ = look(prepared, empty)
        names = view.names
        outcome = np.stack([window.outcomes for window in part])
        leads = min(outcome.shape[1], view.lead.size)
        outcome = outcome[:, :leads]
        z = np.stack([one.scale.forward(row) for one, row in zip(prepared, outcome, strict=True)])
        z = z / (histories.unit * histories.sign)[:, None]
        bounds = np.stack(
            [
                (w.known.lower or 0.0, (w.known.upper or 1.0) - (w.known.lower or 0.0), kind, unit)
                for w, kind, unit in zip(part, histories.kind, histories.unit, strict=True)
            ]
        )
        kept = np.isfinite(outcome) & (chance.random(outcome.shape) < thin)

        def by_row(array: np.ndarray, leads: int = leads, kept: np.ndarray = kept) -> np.ndarray:
            return np.repeat(array[:, None], leads, axis=1)[kept]

        parts.append(
            Rows(
                figures=view.figures[:, :leads][kept].astype(np.float32),
                anchor=view.anchor[:, :leads][kept],
                size=view.size[:, :leads][kept],
                bounds=by_row(bounds),
                value=outcome[kept],
                offset=((z - view.anchor[:, :leads]) / view.size[:, :leads])[kept],
                scale=by_row(np.array([w.scale for w in part])),
                weight=by_row(np.array([w.weight for w in part]))
                / np.sqrt(np.repeat(view.lead[None, :leads], len(part), 0)[kept]),
                count=by_row(histories.size),
                lead=np.repeat(view.lead[None, :leads], len(part), axis=0)[kept],
                window=by_row(np.arange(start, start + len(part))),
                public=by_row(np.array([w.known.dataset == PUBLIC for w in part])),
                official=by_row(np.array([w.end == w.known.values.size - w.known.test for w in part])),
            )
        )
    return Rows.join(parts), names


def with_leads(window: Window) -> Prepared:
    """Prepare a window so that every learnt lead is looked at."""
    one = window.prepare()
    leads = LEADS[window.known.season]
    return replace(one, lead=np.arange(1, leads + 1, dtype=float))


def gather_rows(collections: list[Known], seasons: tuple[int, ...]) -> tuple[Rows, np.ndarray, tuple[str, ...]]:
    """Describe the windows of some series; the step in years of each row, and the names of the figures."""
    parts: list[Rows] = []
    lengths, names, before = [], (), 0
    for season in seasons:
        for public in (True, False):
            chosen = [one for one in collections if one.season == season and (one.dataset == PUBLIC) == public]
            windows = [window for one in chosen for window in cut(one)]
            if windows:
                part, names = describe(windows, THIN.get(season, 1.0))
                parts.append(replace(part, window=part.window + before))
                lengths.append(np.full(len(part.count), 1 / season))
                before += len(windows)
    return Rows.join(parts), np.concatenate(lengths), names


def to_values(z: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Bring the scale of the histories to the unit of the source; bounds as in `Rows`."""
    lower, width, kind, unit = (bounds[:, j] for j in range(4))
    logit = lower + width / (1 + np.exp(-np.clip(z, -40, 40)))
    return np.where(kind == LOGIT, logit, np.where(kind == IDENTITY, z * unit, lower + np.exp(np.clip(z, -60, 60))))


def visible_scale(rows: Rows) -> np.ndarray:
    """Usual change of a step in the unit of the source, as far as the history shows it."""
    noise = rows.size / np.sqrt(rows.lead)
    change = np.abs(to_values(rows.anchor + noise, rows.bounds) - to_values(rows.anchor - noise, rows.bounds)) / 2
    return np.maximum(change, 1e-9 * np.abs(rows.value) + 1e-12)


def loss_weights(rows: Rows) -> np.ndarray:
    """Weigh losses by the scale of the scores, and by the visible one where the history is too short to show it.

    A weight that the figures cannot foresee draws quantiles away from their levels.
    """
    share = np.select([rows.count < 2, rows.count < 3], [1.0, 0.2], 0.1)
    return rows.scale ** -(1 - share) * visible_scale(rows) ** -share


def teach(rows: Rows, names: tuple[str, ...], which: str, *, members: int = MEMBERS) -> Network:
    """Teach a few networks by the mean pinball loss of their quantiles in the unit of the source (AdamW)."""
    import jax
    import jax.numpy as jnp
    import optax

    mean, deviation = rows.figures.mean(axis=0), np.maximum(rows.figures.std(axis=0), LEAST)
    inputs = ((rows.figures - mean) / deviation).astype(np.float32)
    single = lambda array: np.asarray(array, dtype=np.float32)  # noqa: E731 - local shorthand
    data = (
        inputs,
        single(rows.anchor),
        single(rows.size),
        single(rows.bounds),
        single(rows.value),
        single(loss_weights(rows)),
        single(rows.weight),
    )
    shapes = [(inputs.shape[1], HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, LEVELS.size)]
    levels = jnp.asarray(LEVELS, dtype=jnp.float32)

    def answer(layers, x):
        for place, (weight, bias) in enumerate(layers):
            x = x @ weight + bias
            x = jax.nn.silu(x) if place < LAYERS - 1 else x
        gaps = jax.nn.softplus(x[:, 1:] - 0.5)
        below, above = x[:, :1] - jnp.cumsum(gaps[:, :MIDDLE], 1), x[:, :1] + jnp.cumsum(gaps[:, MIDDLE:], 1)
        return jnp.concatenate([below[:, ::-1], x[:, :1], above], axis=1)

    def loss(layers, x, anchor, size, bounds, value, factor, weight):
        z = anchor[:, None] + answer(layers, x) * size[:, None]
        lower, width, kind, unit = (bounds[:, j, None] for j in range(4))
        logit, log = lower + width * jax.nn.sigmoid(z), lower + jnp.exp(jnp.clip(z, -30, 25))
        predicted = jnp.where(kind == LOGIT, logit, jnp.where(kind == IDENTITY, z * unit, log))
        error = (value[:, None] - predicted) * factor[:, None]
        pinball = 2 * jnp.maximum(levels * error, (levels - 1) * error).mean(axis=1)
        tamed = jnp.where(pinball < TAME, pinball, TAME + jnp.log1p(jnp.maximum(pinball - TAME, 0)))
        return (weight * tamed).sum() / weight.sum()

    batches = len(inputs) // BATCH
    total = EPOCHS[which] * batches
    schedule = optax.warmup_cosine_decay_schedule(0, RATE, total // 20, total, RATE / 100)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=DECAY))

    @jax.jit
    def improve(layers, state, batch):
        slopes = jax.grad(loss)(layers, *batch)
        updates, state = optimiser.update(slopes, state, layers)
        return optax.apply_updates(layers, updates), state

    taught = []
    for member in range(members):
        keys = jax.random.split(jax.random.PRNGKey(member), LAYERS)
        layers = [
            (
                jax.random.normal(key, shape) * np.sqrt(2 / shape[0]) * (0.3 if shape[1] == LEVELS.size else 1.0),
                jnp.zeros(shape[1]),
            )
            for key, shape in zip(keys, shapes, strict=True)
        ]
        state = optimiser.init(layers)
        chance = np.random.default_rng(member)
        for _ in range(EPOCHS[which]):
            order = chance.permutation(len(inputs))
            for place in range(batches):
                chosen = order[place * BATCH : (place + 1) * BATCH]
                layers, state = improve(layers, state, tuple(array[chosen] for array in data))
        taught.append([(np.asarray(weight), np.asarray(bias)) for weight, bias in layers])
    return Network(
        names=names,
        mean=mean.astype(float),
        deviation=deviation.astype(float),
        weights=tuple(np.stack([one[layer][0] for one in taught]).astype(float) for layer in range(LAYERS)),
        biases=tuple(np.stack([one[layer][1] for one in taught]).astype(float) for layer in range(LAYERS)),
        sizes=np.array(SIZES[which], dtype=float),
        years=np.array(AHEAD[which], dtype=float),
        factors=np.ones((len(SIZES[which]), len(AHEAD[which]), LEVELS.size)),
        persistence=np.array([0.0, 0.7]),
    )


@dataclass(frozen=True)
class Plain:
    """Figures of rows, in the form that a network looks at."""

    names: tuple[str, ...]
    figures: np.ndarray
    anchor: np.ndarray


def ask(network: Network, rows: Rows) -> np.ndarray:
    """Give the offsets of each row before calibration, shape ``(rows, levels)``."""
    return network.offsets(Plain(network.names, rows.figures[:, None, :], rows.anchor[:, None]))[:, 0]  # type: ignore[arg-type]


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


def learn(rows: dict[int, Rows], steps: dict[int, np.ndarray], names: tuple[str, ...], which: str) -> Network:
    """Learn from folds: calibrated across them, then taught once more by all of them."""
    folds = sorted(rows)
    answers = []
    for fold in folds:
        taught = teach(Rows.join([rows[other] for other in folds if other != fold]), names, which)
        answers.append(ask(taught, rows[fold]))
    final = teach(Rows.join([rows[fold] for fold in folds]), names, which)
    offset = 0
    renumbered = []
    for fold in folds:
        renumbered.append(rows[fold].window + offset)
        offset += int(rows[fold].window.max()) + 1
    together = Rows.join([rows[fold] for fold in folds])
    together = replace(together, window=np.concatenate(renumbered))
    return calibrate(final, together, np.concatenate(answers), np.concatenate([steps[fold] for fold in folds]))


def write(path: Path, networks: dict[str, Network], about: dict[str, object]) -> None:
    """Write what was learnt as plain arrays."""
    arrays: dict[str, np.ndarray] = {"about": np.array(json.dumps(about))}
    for which, network in networks.items():
        arrays[f"{which}/names"] = np.array(network.names)
        for field in ("mean", "deviation", "sizes", "years", "factors", "persistence"):
            arrays[f"{which}/{field}"] = getattr(network, field).astype(np.float32 if field != "sizes" else float)
        for layer in range(LAYERS):
            arrays[f"{which}/weights{layer}"] = network.weights[layer].astype(np.float32)
            arrays[f"{which}/biases{layer}"] = network.biases[layer].astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)


def digest(folder: Path) -> dict[str, str]:
    """Hash the files that were learnt from."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(folder.glob("*.parquet"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the collections")
    parser.add_argument("--out", type=Path, default=ROOT, help="checkout to write into")
    asked = parser.parse_args()
    began = time.time()
    collections = read(asked.data)
    learnt = [*collections, *(more for one in collections for more in derive(one))]
    rows: dict[str, dict[int, Rows]] = {}
    steps: dict[str, dict[int, np.ndarray]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for which, seasons in (("yearly", (1,)), ("subyearly", (4, 12))):
        found = [gather_rows([one for one in learnt if one.fold == fold], seasons) for fold in range(FOLDS)]
        rows[which], steps[which] = ({fold: one[i] for fold, one in enumerate(found)} for i in (0, 1))
        names[which] = found[0][2]
        print(f"{which}: {sum(len(one[1]) for one in found)} rows, {time.time() - began:.0f} s", flush=True)
    about: dict[str, object] = {
        "learnt": f"{datetime.now(tz=UTC):%Y-%m-%d}",
        "sources": SOURCES,
        "series": len(collections),
        "data": digest(asked.data),
    }
    seen = np.sort(np.array([one.key.hash for one in collections], dtype=np.uint64))
    folder = asked.out / "benchmarks" / "folds"
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "seen.npy", seen)
    for held in (None, *range(FOLDS)):
        networks = {
            which: learn(
                {fold: part for fold, part in rows[which].items() if fold != held},
                {fold: part for fold, part in steps[which].items() if fold != held},
                names[which],
                which,
            )
            for which in rows
        }
        path = asked.out / "src/forecast/models/learnt.npz" if held is None else folder / f"fold{held}.npz"
        write(path, networks, about | {"without fold": held})
        print(path.name, f"{time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
