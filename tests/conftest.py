"""Fixtures that every test may use: the real catalogue, a copy to break, a small one, hand-typed parts."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Indicator, Plan, Target
from forecast.scenarios.apply import apply
from forecast.scenarios.model import Change, Scenario
from forecast.schema.draws import Path as DrawsPath
from forecast.schema.draws import Trajectories
from forecast.schema.periods import Period
from forecast.schema.streams import Streams
from forecast.schema.tables import make_table

HERE = Path(__file__).parent
ROOT = HERE.parent
SHARED = Path(os.environ.get("FORECAST_SHARED") or ROOT.parent / "shared")
VECTORS = Path(os.environ.get("FORECAST_VECTORS") or ROOT.parent / "shared" / "vectors")

# The same examples on every machine and in every order; a slow machine is not a failure
settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.load_profile("deterministic")

# What a shell puts into the background is told to ignore interrupts, and so is every command that a test then starts
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the files of tests/golden/")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, folder in (("shared", SHARED), ("vectors", VECTORS)):
        if item.get_closest_marker(mark) and not folder.is_dir():
            pytest.skip(
                f"shared folder absent: no {mark} folder beside the checkout, and none is named in the environment"
            )


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the catalogue that a person's environment names."""
    monkeypatch.delenv("FORECAST_HOME", raising=False)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the source documents and of the observations found in them."""
    return SHARED


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Folder of the test vectors."""
    return VECTORS


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The real catalogue."""
    return Catalogue(ROOT)


@pytest.fixture
def catalogue_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """A copy of the real catalogue that a test may break; `FORECAST_HOME` points at it."""
    home = tmp_path / "home"
    for name in ("data", "parameters", "notebooks"):
        shutil.copytree(ROOT / name, home / name)
    monkeypatch.setenv("FORECAST_HOME", str(home))
    return Catalogue(home.resolve())


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """A copy of the hand-typed catalogue `tests/broken/sound/`, one short plan; `FORECAST_HOME` points at it."""
    home = tmp_path / "small"
    shutil.copytree(HERE / "broken" / "sound", home)
    monkeypatch.setenv("FORECAST_HOME", str(home))
    return Catalogue(home.resolve())


@pytest.fixture
def write(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """Write one file of the copy that the test uses: `write("data/units.yaml", text)`."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = Path(os.environ["FORECAST_HOME"]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.fixture
def edit() -> Callable[[str, str, str], Path]:
    """Replace a piece of text, which must stand there exactly once, in one file of the copy."""

    def edit_file(name: str, old: str, new: str) -> Path:
        path = Path(os.environ["FORECAST_HOME"]) / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), "utf-8")
        return path

    return edit_file


@pytest.fixture
def driven(small: Catalogue, edit: Callable[[str, str, str], Path]) -> Catalogue:
    """The small catalogue with a driver tree, people seen of all visits, and a lever on each of its drivers."""
    plan = "data/plans/clinic.yaml"
    edit(plan, '    baseline: {words: "60 %"}\n', '    baseline: {words: "60 %"}\n    formula: 100 * seen / visits\n')
    edit(
        plan,
        "drivers:\n",
        "levers:\n"
        '  demand: {on: visits, change: growth, unit: "%/year", bounds: [-10, 20]}\n'
        "  effort: {on: seen, change: multiply, bounds: [0.5, 2]}\n"
        "drivers:\n"
        "  seen: {name: {fr: Vus, en: Seen}, unit: persons, bounds: [0, null], of: seen_on_time}\n",
    )
    edit("data/observations/clinic.csv", "visits,2024", "seen,2024,5400,persons,S002,,exact,,\nvisits,2024")
    return small


# Hand-typed parts


@pytest.fixture(scope="session")
def make_target() -> Callable[..., Target]:
    """A level to reach in 2025, unless told otherwise."""

    def make(words: str = "42 %", **other: object) -> Target:
        return Target(**{"words": words, "due": "2025", "value": 42.0, "operator": ">=", **other})

    return make


@pytest.fixture(scope="session")
def make_indicator() -> Callable[..., Indicator]:
    """A percentage that should rise, a flow over years, unless told otherwise."""

    def make(*targets: Target, **other: object) -> Indicator:
        usual = {"number": "1", "name": {"fr": "Part", "en": "Share"}, "unit": "%", "bounds": (0, 100), "better": "up"}
        return Indicator(**{**usual, "targets": targets, **other})

    return make


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., Plan]:
    """A plan called `plan` with the indicators given by id."""

    def make(drivers: dict[str, object] | None = None, **indicators: Indicator) -> Plan:
        return Plan(
            id="plan",
            title={"fr": "Plan", "en": "Plan"},
            publisher={"fr": "Nous", "en": "We"},
            source="S001",
            source_language="fr",
            start="2020",
            end="2030",
            orientations={},
            indicators=indicators,
            drivers=drivers or {},
        )

    return make


@pytest.fixture(scope="session")
def make_observed() -> Callable[..., pd.DataFrame]:
    """An *observations* table: `make_observed(share={"2023": 30, "2024": 32})`, all exact and used."""

    def make(measure: str = "flow", unit: str = "%", status: str = "exact", **values: dict[str, float]) -> pd.DataFrame:
        rows = [
            {
                "series": name,
                "period": period,
                "value": value,
                "unit": unit,
                "source": "S001",
                "published": "2020-01-01",
                "status": status,
                "indicator": name,
                "time": Period.parse(period).time(measure),
                "used": True,
            }
            for name, series in values.items()
            for period, value in series.items()
        ]
        return make_table("observations", rows)

    return make


@pytest.fixture(scope="session")
def make_path() -> Callable[..., DrawsPath]:
    """Forecast draws that wander from 30: 401 draws, so that a median is one of them."""

    def make(
        start: str = "2024", count: int = 6, value: float = 30.0, *, draws: int = 401, seed: int = 5, **other: object
    ) -> DrawsPath:
        rng = np.random.default_rng(seed)
        first = Period.parse(start)
        usual: dict[str, object] = {
            "draws": value * np.exp(np.cumsum(rng.normal(0.02, 0.08, (draws, count)), axis=1)),
            "periods": tuple(first + i for i in range(count)),
            "origin": first + -1,
            "origin_value": value,
            "unit": "%",
            "measure": "flow",
            "bounds": (0.0, 100.0),
            "model": "drift",
        }
        return DrawsPath(**{**usual, **other})

    return make


@pytest.fixture(scope="session")
def make_change() -> Callable[..., Change]:
    """A growth of one point a year from 2026, unless told otherwise."""

    def make(**other: object) -> Change:
        reason = {"fr": "Essai", "en": "Trial"}
        usual = {
            "on": "share",
            "change": "growth",
            "value": 1.0,
            "unit": "points/year",
            "from": "2026",
            "reason": reason,
        }
        return Change(**{**usual, "assumed": True, **other})

    return make


@pytest.fixture(scope="session")
def make_scenario() -> Callable[..., Scenario]:
    """A scenario called `trial` with the changes given; recipes, judgments and the rest by name."""

    def make(*changes: Change, **other: object) -> Scenario:
        said = {"fr": "Essai", "en": "Trial"}
        return Scenario(
            **{"id": "trial", "plan": "plan", "title": said, "description": said, "changes": changes, **other}
        )

    return make


@pytest.fixture(scope="session")
def run_scenario(make_plan, make_indicator, make_target, make_scenario) -> Callable[..., Trajectories]:
    """Hand-made paths under a scenario, or under changes: `run_scenario(change, share=path)`.

    Without a plan each path is an indicator that should be at 42 or more in 2025.
    """

    def run(
        *done: Scenario | Change,
        plan: Plan | None = None,
        observed: pd.DataFrame | None = None,
        seed: int = 1,
        collection: Callable[[], pd.DataFrame | None] = lambda: None,
        **paths: DrawsPath,
    ) -> Trajectories:
        scenario = done[0] if done and isinstance(done[0], Scenario) else make_scenario(*done)
        indicators = {
            name: make_indicator(make_target(), unit=path.unit, bounds=path.bounds) for name, path in paths.items()
        }
        baseline = Trajectories("plan", "baseline", paths)
        known = make_table("observations", []) if observed is None else observed
        return apply(
            scenario, plan or make_plan(**indicators), known, baseline, rng=Streams(seed), collection=collection
        )

    return run


# Golden files


def assert_trajectories_equal(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare two *trajectories* tables: labels exactly, values to one part in a million."""
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected, check_dtype=False, rtol=1e-6, atol=1e-9)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame, str], None]:
    """Compare a table with `tests/golden/<name>.csv`, or rewrite it when asked by `--update-golden`."""

    def compare(table: pd.DataFrame, name: str) -> None:
        path = HERE / "golden" / f"{name}.csv"
        if request.config.getoption("--update-golden"):
            table.round(6).to_csv(path, index=False, lineterminator="\n")
        labels = dict.fromkeys(("origin", "period", "due"), str)
        expected = pd.read_csv(path, dtype={key: kind for key, kind in labels.items() if key in table})
        assert_trajectories_equal(table, expected)

    return compare


@pytest.fixture(scope="session")
def day() -> date:
    """The as-of of most tests."""
    return date(2026, 11, 23)
