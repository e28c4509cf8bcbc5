"""A report asked for in the explorer is a run like any other: in the background, told step by step, and stopped."""

from __future__ import annotations

import base64
import json
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forecast.plans.catalogue import Catalogue
from forecast.widgets import reports
from forecast.widgets.session import Session

ROOT = Path(__file__).parents[2]
Posted = list[dict[str, Any]]


@pytest.fixture
def posted() -> Posted:
    return []


@pytest.fixture
def make_session(driven: Catalogue, posted: Posted) -> Callable[..., Session]:
    def make(**given: Any) -> Session:
        made = Session(driven, language="en", post=posted.append, **given)
        made.begin_with("", {"plan": "clinic", "indicator": "seen_on_time", "as_of": "2025-07-15", "lever.demand": 4})
        return made

    shutil.copytree(ROOT / "notebooks", driven.root / "notebooks")
    return make


def do(session: Session, action: str, **given: Any) -> list[dict[str, Any]]:
    return list(session.answer({"kind": "do", "seq": 1, "action": action, **given}))


def wait_for(session: Session, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while session.reports.at_work:
        assert time.monotonic() < until, "the report does not end"
        time.sleep(0.1)


def test_a_report_is_made_with_its_progress_and_kept(make_session, posted: Posted, driven: Catalogue) -> None:
    session = make_session()
    (said,) = do(session, "report", name="Four percent")
    assert (said["tone"], said["text"]) == ("busy", "The report is being made.")
    (again,) = do(session, "report")
    assert again["text"] == "A report is being made; wait for it, or stop it."
    wait_for(session)
    shares = [one["progress"] for one in posted if one.get("tone") == "busy"]
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
    file = posted[-1]
    page = base64.b64decode(file["base64"]).decode()
    assert "Four percent" in page
    assert (file["mime"], file["open"]) == ("text/html", True)
    assert file["text"].startswith("The report is ready; it is kept in results/clinic/explored/2025-07-15_en_")
    (record,) = (driven.root / "results" / "clinic" / "explored").glob("*/run.json")
    assert json.loads(record.read_text("utf-8"))["outcome"] == "done"
    assert not (driven.root / "parameters" / "clinic" / "explored.yaml").exists()
    assert (driven.root / "results" / "index.html").is_file()


def test_a_session_that_saves_nothing_leaves_nothing(make_session, posted: Posted, driven: Catalogue) -> None:
    session = make_session(saves=False)
    do(session, "report")
    wait_for(session)
    assert posted[-1]["kind"] == "file"
    assert not (driven.root / "results").exists()


def test_a_report_is_stopped_at_work_and_before_its_turn(make_session, posted: Posted) -> None:
    session = make_session(saves=False)
    assert do(session, "stop")[0]["text"] == "No report is being made."
    do(session, "report")
    assert do(session, "stop")[0]["text"] == "The report is being stopped."
    wait_for(session)
    assert (posted[-1]["tone"], posted[-1]["text"]) == ("failed", "The report was stopped.")
    turns = [reports.AT_ONCE.acquire(blocking=False) for _ in range(2)]
    try:
        do(session, "report")
        assert posted[-1]["text"] == "The report waits for its turn."
        session.close()
        wait_for(session)
        assert posted[-1]["text"] == "The report was stopped."
    finally:
        for _ in turns:
            reports.AT_ONCE.release()


def test_a_report_that_fails_says_why(make_session, posted: Posted, driven: Catalogue) -> None:
    (driven.root / "notebooks" / "report.ipynb").write_text(
        (driven.root / "notebooks" / "report.ipynb").read_text("utf-8").replace("run_study(", "no_study(", 1), "utf-8"
    )
    session = make_session(saves=False)
    do(session, "report")
    wait_for(session)
    assert posted[-1]["tone"] == "failed"
    assert posted[-1]["text"].startswith("The report could not be made: ")
    assert threading.active_count() < 20
