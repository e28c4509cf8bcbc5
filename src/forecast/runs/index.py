"""`results/index.html`: every run by plan, with the headline of each, in both languages."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from forecast import reporting
from forecast.errors import ForecastError
from forecast.plans.catalogue import Catalogue
from forecast.reporting.ages import age
from forecast.runs.record import Run, find_runs, unwritable
from forecast.scenarios.library import COMPARISON
from forecast.schema.language import LANGUAGES, format_date, translator
from forecast.schema.parameters import Parameters

INDEX = "index.html"
#: Both languages stand in the page; the choice is a radio button, so that no script is needed.
CHOICE = """
.language { display: flex; gap: 1.5rem; align-items: center; margin: 0 0 1.5rem; }
body:has(#choose-fr:checked) [lang=en].text, body:has(#choose-en:checked) [lang=fr].text { display: none; }
.run { margin: 0 0 1.1rem; }
.run p { margin: .15rem 0; }
.failed { border-left: .35rem solid #a1260d; padding-left: .8rem; }
.facts { color: #4a5560; }
"""


def write_index(results: Path, catalogue: Catalogue, today: date) -> Path:
    """Build the index anew from the records, and rename it into place."""
    aside = results / f".{INDEX}-{os.getpid()}"
    try:
        with _courtesy(results / ".index.lock"):
            aside.write_text(build_index(find_runs(results), results, catalogue, today), encoding="utf-8")
            aside.replace(results / INDEX)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise unwritable(results, error) from None
    return results / INDEX


@contextlib.contextmanager
def _courtesy(path: Path) -> Iterator[None]:
    """Let another command finish its index first, but wait for nobody longer than ten seconds."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=10)
    except Timeout:
        yield
        return
    try:
        yield
    finally:
        lock.release()


def is_ordinary(run: Run, defaults: Mapping[str, Any]) -> bool:
    """Whether a run is what `forecast run` makes by itself: as known today, due as the plan says, usual parameters."""
    return not run.record.get("as_of_given") and not run.record.get("by") and run.record.get("parameters") == defaults


def build_index(runs: Iterable[Run], results: Path, catalogue: Catalogue, today: date) -> str:
    """HTML of the index: the last ordinary run of every plan, scenario and language; ages counted from today.

    A run as known on another day, due on another date or with other parameters stands among the earlier ones, unless
    there is no other.
    """
    usual = Parameters.load(catalogue.root).model_dump_json(exclude={"language", "time_limit"})
    defaults = json.loads(usual)
    latest: dict[tuple[str, str], dict[str, Run]] = {}
    older: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        key = (run.plan, run.scenario)
        shown = latest.setdefault(key, {})
        previous = shown.get(run.language)
        if previous and is_ordinary(previous, defaults) and not is_ordinary(run, defaults):
            older.setdefault(key, []).append(run)
            continue
        if previous:
            older.setdefault(key, []).append(previous)
        shown[run.language] = run
    parts = [
        part
        for plan in dict.fromkeys(plan for plan, _ in sorted(latest))
        for part in _plan(plan, latest, older, results, catalogue, today)
    ]
    title = {language: translator(language)("Forecast reports") for language in LANGUAGES}
    head = "".join(f'<h1 class="text" lang="{language}">{escape(title[language])}</h1>' for language in LANGUAGES)
    choice = "".join(
        f'<label lang="{language}"><input type="radio" name="language" id="choose-{language}"'
        f"{' checked' if language == 'fr' else ''}> {name}</label>"
        for language, name in (("fr", "Français"), ("en", "English"))
    )
    return (
        f'<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title['fr']} · {title['en']}</title>\n"
        f"<style>{reporting.stylesheet()}{CHOICE}</style>\n</head>\n<body>\n<header>{head}</header>\n<main>\n"
        f'<div class="language" role="radiogroup" aria-label="Langue · Language">{choice}</div>\n'
        f"{''.join(parts)}\n</main>\n</body>\n</html>\n"
    )


def _plan(
    plan_id: str,
    latest: dict[tuple[str, str], dict[str, Run]],
    older: dict[tuple[str, str], list[Run]],
    results: Path,
    catalogue: Catalogue,
    today: date,
) -> Iterator[str]:
    yield '<section class="plan">'
    for language in LANGUAGES:
        yield f'<h2 class="text" lang="{language}">{escape(_plan_title(plan_id, language, catalogue))}</h2>'
    for key in sorted((key for key in latest if key[0] == plan_id), key=_order):
        for language in LANGUAGES:
            if run := latest[key].get(language):
                yield _run(run, language, results, catalogue, today)
        yield from _older(older.get(key, []), results)
    yield "</section>\n"


def _order(key: tuple[str, str]) -> tuple[bool, bool, str]:
    """Put the baseline of a plan first, and the comparison of its scenarios last."""
    return key[1] == COMPARISON, key[1] != "baseline", key[1]


def _plan_title(plan_id: str, language: str, catalogue: Catalogue) -> str:
    try:
        plan = catalogue.plan(plan_id)
    except ForecastError:  # a plan that has left the catalogue, or is being edited: its runs stay in the index
        return plan_id
    return f"{plan.publisher.in_(language)} – {plan.title.in_(language)}"


def _run(run: Run, language: str, results: Path, catalogue: Catalogue, today: date) -> str:
    _ = translator(language)
    title = run.scenario_resolved["title"][language]
    described = run.scenario_resolved.get("description", {}).get(language, "")
    link = (run.folder / ("report.html" if run.done else "report.ipynb")).relative_to(results).as_posix()
    if run.done:
        text = escape(run.headline[language])
    else:
        text = f"<strong>{escape(_('Failed'))}</strong>{_(':')} {escape(str(run.error))}"
    return (
        f'<article class="run text{"" if run.done else " failed"}" lang="{language}">'
        f'<h3><a href="{escape(link)}">{escape(title)}</a></h3><p class="facts">{escape(described)}</p><p>{text}</p>'
        f'<p class="facts">{escape(" · ".join(_facts(run, language, today)))}</p></article>'
    )


def _facts(run: Run, language: str, today: date) -> Iterator[str]:
    """As-of, age of the last value and days left to the next due date, counted from today."""
    _ = translator(language)
    yield _("as known on {day}").format(day=format_date(date.fromisoformat(run.as_of), language))
    if run.last_observed:
        days = (today - date.fromisoformat(run.last_observed)).days
        yield _("last value {age} ago").format(age=age(max(days, 0), language))
    if run.next_due:
        days = (date.fromisoformat(run.next_due) - today).days
        said = _("next target due in {age}") if days >= 0 else _("next target due {age} ago")
        yield said.format(age=age(abs(days), language))


def _older(runs: list[Run], results: Path) -> Iterator[str]:
    if not runs:
        return
    links = [
        ((run.folder / "report.html").relative_to(results).as_posix(), run.folder.name) for run in runs if run.done
    ]
    items = "".join(f'<li><a href="{escape(link)}">{escape(name)}</a></li>' for link, name in reversed(links))
    yield (
        '<details><summary><span class="text" lang="fr">Exécutions antérieures</span>'
        f'<span class="text" lang="en">Earlier runs</span></summary><ul>{items}</ul></details>'
    )
