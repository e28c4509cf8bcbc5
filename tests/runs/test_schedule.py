"""The timetable: next times, narrowing, exports."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from forecast.errors import RunError
from forecast.plans.catalogue import Catalogue
from forecast.runs.matrix import Entry, Matrix, jobs_of, load_matrix
from forecast.runs.schedule import export_cron, export_systemd, next_times, to_calendar


def matrix(when: str) -> Matrix:
    return Matrix(time_zone="America/Toronto", runs={"weekly": Entry(when=when)})


def test_times_keep_the_clock_over_both_changes() -> None:
    times = next_times(matrix("0 6 * * 1"), datetime(2026, 10, 25, tzinfo=UTC), 3)["weekly"]
    assert [time.isoformat() for time in times] == [
        "2026-10-26T06:00:00-04:00",
        "2026-11-02T06:00:00-05:00",
        "2026-11-09T06:00:00-05:00",
    ]
    spring = next_times(matrix("0 6 * * *"), datetime(2027, 3, 13, 12, tzinfo=UTC), 2)["weekly"]
    assert [time.isoformat() for time in spring] == ["2027-03-14T06:00:00-04:00", "2027-03-15T06:00:00-04:00"]


@pytest.mark.parametrize(
    ("cron", "calendar"),
    [
        ("0 6 5 1,4,7,10 *", ["*-01,04,07,10-05 06:00:00"]),
        ("*/15 8-17 * * 1-5", ["Mon,Tue,Wed,Thu,Fri *-*-* 08..17:00/15:00"]),
        ("30 6 * * 0", ["Sun *-*-* 06:30:00"]),
        ("30 6 * * 7", ["Sun *-*-* 06:30:00"]),
        ("0 0 1 jan mon", ["*-01-01 00:00:00", "Mon *-01-* 00:00:00"]),
        ("0 6 */10 * *", ["*-*-01/10 06:00:00"]),
        ("0 6 */2 * 1", ["Mon *-*-01/2 06:00:00"]),
        ("0 6 * * mon-wed/2", ["Mon,Wed *-*-* 06:00:00"]),
    ],
)
def test_cron_becomes_a_systemd_calendar(cron: str, calendar: list[str]) -> None:
    assert to_calendar(cron) == calendar


def test_exports_call_the_command_and_survive_odd_folders() -> None:
    cron = export_cron(matrix("0 6 * * 1"), "/opt/50%/forecast", "/srv/my plans")
    assert cron.splitlines()[-2:] == [
        "CRON_TZ=America/Toronto",
        r"0 6 * * 1 cd '/srv/my plans' && /opt/50\%/forecast run --entry weekly",
    ]
    unit = export_systemd(matrix("0 6 * * 1"), "/opt/50%/forecast", "/srv/my plans")
    assert "WorkingDirectory=/srv/my plans\n" in unit
    assert "ExecStart=/opt/50%%/forecast run --entry weekly\n" in unit
    assert "OnCalendar=Mon *-*-* 06:00:00 America/Toronto\n" in unit


def test_the_real_matrix_holds_every_scenario_in_both_languages(catalogue: Catalogue) -> None:
    jobs = jobs_of(catalogue, load_matrix(catalogue))
    scenarios = {(path.parent.name, path.stem) for path in (catalogue.root / "parameters").glob("*/*.yaml")}
    several = {plan for plan, name in scenarios if name != "baseline"}
    expected = scenarios | {(plan, "comparison") for plan in several}
    assert {(job.plan, job.scenario) for job in jobs} == expected
    assert len(jobs) == 2 * len(expected)


def test_the_matrix_is_narrowed(catalogue: Catalogue) -> None:
    chosen = jobs_of(
        catalogue, load_matrix(catalogue), plans=["msss_2023_2027"], scenarios=["baseline"], languages=["en"]
    )
    assert [str(job) for job in chosen] == ["msss_2023_2027 · baseline · en"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"plans": ["msss_2023_2072"]}, "unknown plan 'msss_2023_2072'; did you mean 'msss_2023_2027'?"),
        ({"scenarios": ["basline"]}, "unknown scenario 'basline'; did you mean 'baseline'?"),
        ({"entry": "quartely"}, "unknown entry 'quartely' of parameters/runs.yaml; did you mean 'quarterly'?"),
        (
            {"plans": ["ptn_ssss_2023_2027"], "scenarios": ["assumed_start"], "languages": ["xx"]},
            "parameters/runs.yaml holds no such run; see `forecast schedule`",
        ),
    ],
)
def test_what_is_asked_for_and_not_there_is_told(catalogue: Catalogue, asked: dict, message: str) -> None:
    with pytest.raises(RunError) as error:
        jobs_of(catalogue, load_matrix(catalogue), **asked)
    assert str(error.value) == message


@pytest.mark.parametrize("when", ["0 6 L * *", "0 6 * * 5#2", "0 6 * * 1L", "0 6 LW * *", "0 0 6 * * *", "0 6 * *"])
def test_cron_times_that_not_every_cron_reads_are_refused(when: str) -> None:
    message = f"'{when}' is not a plain cron time; write five fields: minute hour day month weekday"
    with pytest.raises(ValueError, match=re.escape(message)):
        matrix(when)
