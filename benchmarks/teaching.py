"""Teach the networks of the pooled model: pinball loss in the unit of the source, by JAX and optax."""

from dataclasses import dataclass

import numpy as np
from benchmarks.windows import Rows

from forecast.models.histories import IDENTITY, LOGIT
from forecast.models.network import LAYERS, LEVELS, MIDDLE, Network

MEMBERS = 5
HIDDEN = 64
EPOCHS = {"yearly": 11, "subyearly": 12}
RATE, DECAY, BATCH = 3e-3, 0.1, 4096
LEAST = 0.05  # of a standard deviation: a figure that never varied in learning must not shout later
TAME = 4.0  # losses beyond grow as a logarithm: scores are capped, and a few wild series would rule
SIZES = {"yearly": [1, 2, 3, 4, 5, 8, 13, 20, 40], "subyearly": [1, 2, 3, 5, 8, 13, 24, 48, 120]}
AHEAD = {"yearly": [1, 2, 3, 4, 6, 8], "subyearly": [1 / 12, 1 / 4, 1 / 2, 1, 2]}


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


def count_steps(rows: Rows, which: str) -> int:
    """Count the steps of teaching that rows are worth: so many epochs, in batches."""
    return EPOCHS[which] * (len(rows.figures) // BATCH)


def teach(rows: Rows, names: tuple[str, ...], which: str, steps: int) -> Network:
    """Teach a few networks by the mean pinball loss of their quantiles in the unit of the source (AdamW).

    `steps` are those of all networks that are to be as sure of themselves: one taught longer gives narrower quantiles.
    """
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
    schedule = optax.warmup_cosine_decay_schedule(0, RATE, steps // 20, steps, RATE / 100)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=DECAY))

    @jax.jit
    def improve(layers, state, batch):
        slopes = jax.grad(loss)(layers, *batch)
        updates, state = optimiser.update(slopes, state, layers)
        return optax.apply_updates(layers, updates), state

    taught = []
    for member in range(MEMBERS):
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
        for step in range(steps):
            if step % batches == 0:
                order = chance.permutation(len(inputs))
            chosen = order[step % batches * BATCH :][:BATCH]
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
