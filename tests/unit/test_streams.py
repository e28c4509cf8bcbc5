"""Random streams: keyed by purpose, and nothing else."""

import numpy as np

from forecast.schema.streams import Streams


def draw(seed, kind, id):
    return Streams(seed).stream(kind, id).random(4)


def test_same_key_same_stream():
    assert np.array_equal(draw(1, "lever", "growth"), draw(1, "lever", "growth"))
    assert np.array_equal(Streams(1).series("a").random(4), draw(1, "series", "a"))


def test_seed_kind_and_id_each_make_another_stream():
    streams = [draw(1, "a", "b"), draw(2, "a", "b"), draw(1, "b", "b"), draw(1, "a", "c"), draw(1, "b", "a")]
    assert len({float(stream[0]) for stream in streams}) == len(streams)


def test_what_was_drawn_before_changes_nothing():
    rng = Streams(7)
    rng.series("other").random(1000)
    assert np.array_equal(rng.series("a").random(4), Streams(7).series("a").random(4))
