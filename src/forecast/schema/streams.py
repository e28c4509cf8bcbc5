"""Random streams keyed by what they are for: one seed makes them all."""

import hashlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Streams:
    """Independent generators, each made from the seed, a kind and an id.

    A stream depends on nothing else: not on the order of calls, not on what else is computed, not on the
    number of processes.

    Parameters
    ----------
    seed : int
        Zero or more; the same seed gives the same draws everywhere.
    """

    seed: int

    def stream(self, kind: str, id: str) -> np.random.Generator:
        """Make the generator of one purpose, e.g. ``("lever", "demand_growth")``; each call starts it anew."""
        words = np.frombuffer(hashlib.sha256(f"{kind}:{id}".encode()).digest(), dtype="<u4")
        return np.random.default_rng(np.random.SeedSequence([self.seed, *(int(word) for word in words)]))

    def series(self, id: str) -> np.random.Generator:
        """Make the generator of one series."""
        return self.stream("series", id)
