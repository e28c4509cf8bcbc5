"""The timeline of targets that are dates or words: what it draws, where, and that it can be read by everybody."""

from __future__ import annotations

import re
from datetime import date

import pytest

from forecast.plans.model import Target
from forecast.reporting.cases import cases
from forecast.reporting.drawing import render_svg
from forecast.reporting.layout import LETTER
from forecast.reporting.timeline import LEFT, MARKS, RIGHT, SPAN, WIDTH, draw_timeline, timeline_alt
from forecast.reporting.voice import Voice
from forecast.schema.periods import decimal_year
from forecast.study import run_study

WORDS = "Ouverture de la clinique " + "avec tous ses services " * 9
UNDATED = Target(words="un jour", kind="text")
SEVERAL = {
    "opening": (
        Target(words="juin 2024", translation="June 2024", due="2024-06", kind="date", reading="end of month"),
        Target(words="à partir de 2025", due="2025", kind="date", reading=("start of period", "recurring")),
        Target(words=WORDS, due="2026", kind="text"),
        UNDATED,
    ),
    "seen_on_time": (
        Target(words="50 %", due="2023", value=50, operator=">="),
        Target(words="90 %", due="2024", value=90, operator=">="),
        Target(words="80 %", due="2025", value=80, operator=">="),
    ),
}
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])


@pytest.fixture
def drawn(small):
    """Draw an indicator of the clinic's plan: `drawn("opening", "fr", targets=SEVERAL)` gives chart, text, study."""

    def draw(name="opening", language="en", as_of=date(2025, 9, 30), targets=None, **asked):
        plan = small.plan("clinic")
        indicators = {
            key: item.model_copy(update={"targets": (targets or {}).get(key, item.targets)})
            for key, item in plan.indicators.items()
        }
        plan = plan.model_copy(update={"indicators": indicators})
        study = run_study(plan, as_of=as_of, catalogue=small, draws=200, **asked)
        case, voice = next(case for case in cases(study) if case.name == name), Voice.of(study, language)
        return draw_timeline(case, study, voice), timeline_alt(case, study, voice), study

    return draw


def marks(spec):
    (layer,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "point")
    return layer["data"]["values"]


def texts(spec):
    return spec["layer"][-1]["data"]["values"]


def lines(spec):
    return [row["text"].replace("\N{NO-BREAK SPACE}", " ") for row in texts(spec)]


def pixel(spec, time):
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    return (time - low) / (high - low) * WIDTH


def shade(colour):
    """Relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((shade(one), shade(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_a_mark_stands_on_the_due_day_and_says_what_is_known(drawn):
    spec, _alt, _study = drawn()
    assert marks(spec) == [{"x": decimal_year(date(2026, 3, 20)), "y": marks(spec)[0]["y"], "status": "open"}]
    assert all(line in lines(spec) for line in ("“hiver 2026”", "winter 2026 (March 20, 2026)", "in 6 months"))
    assert "to come" in lines(spec)
    assert spec["title"]["text"] == ["3. Opening"]


def test_in_french(drawn):
    spec, alt, _study = drawn(language="fr")
    expected = ("« hiver 2026 »", "hiver 2026 (20 mars 2026)", "dans 6 mois", "à venir", "au 30 septembre 2025")
    assert all(line in lines(spec) for line in expected)
    assert alt.replace("\N{NO-BREAK SPACE}", " ") == (
        "3. Ouverture. Période du plan : 2024 à 2026. Selon ce qui était connu le 30 septembre 2025. « hiver 2026 » :"
        " hiver 2026 (20 mars 2026), dans 6 mois, à venir."
    )


def test_the_plan_the_as_of_and_the_years_stand_where_they_belong(drawn):
    spec, _alt, study = drawn()
    band, years, _rows, ends, now = (layer["data"]["values"] for layer in spec["layer"][:5])
    assert [(row["x"], row["x2"]) for row in band] == [(2024.0, 2027.0)]
    assert [row["x"] for row in ends] == [2024.0, 2027.0]
    assert [row["x"] for row in years] == [2024.0, 2025.0, 2026.0, 2027.0]
    assert [row["x"] for row in now] == [decimal_year(study.as_of)]
    first = spec["layer"][0]["encoding"]["x"]["axis"]
    assert first["values"] == [2024.5, 2025.5, 2026.5]
    found = {row["text"]: pixel(spec, row["x"]) for row in texts(spec)}
    assert found["plan begins: January 1, 2024"] == pytest.approx(pixel(spec, 2024) + 5)
    assert found["plan ends: December 31, 2026"] == pytest.approx(pixel(spec, 2027) - 5)
    assert found["as of September 30, 2025"] == pytest.approx(pixel(spec, decimal_year(study.as_of)))


def test_years_are_fiscal_where_the_plan_counts_in_them(drawn, edit):
    edit("data/plans/clinic.yaml", 'start: "2024"\nend: "2026"', 'start: "2024-2025"\nend: "2026-2027"')
    spec, _alt, _study = drawn()
    starts = [decimal_year(date(year, 4, 1)) for year in (2024, 2025, 2026, 2027)]
    assert [row["x"] for row in spec["layer"][1]["data"]["values"]] == starts
    assert {">2024-25<", ">2025-26<", ">2026-27<"} <= set(re.findall(">20[^<]*<", render_svg(spec)))


def test_one_row_for_each_target_and_no_mark_for_what_recurs_or_has_no_date(drawn):
    spec, alt, _study = drawn(targets=SEVERAL)
    past, coming = marks(spec)
    assert (past["x"], past["status"]) == (decimal_year(date(2024, 6, 30)), "no_value")
    assert (coming["x"], coming["status"]) == (decimal_year(date(2026, 12, 31)), "open")
    assert past["y"] < coming["y"]
    assert len(spec["layer"][2]["data"]["values"]) == 3  # lines between four rows
    said = lines(spec)
    assert said.index("“à partir de 2025”") < said.index("“un jour”")
    assert "read as: start of the period, recurring standard" in said
    assert said.count("no due date") == 1
    assert "“juin 2024” (our translation: June 2024): June 2024 (June 30, 2024), 15 months ago" in alt
    assert alt.count("\N{LEFT DOUBLE QUOTATION MARK}") == 4


def test_long_words_are_cut_in_the_chart_and_whole_in_its_text(drawn):
    spec, alt, _study = drawn(targets=SEVERAL)
    assert WORDS.strip() in alt
    left = [line for line, row in zip(lines(spec), texts(spec), strict=True) if pixel(spec, row["x"]) < 0]
    assert any(line.endswith("…”") for line in left)
    assert max(map(len, left)) * LETTER < LEFT


def test_the_shape_of_a_mark_says_whether_a_target_was_met(drawn):
    spec, _alt, _study = drawn("seen_on_time", targets=SEVERAL)
    assert [mark["status"] for mark in marks(spec)] == ["met", "missed", "open"]
    assert all(line in lines(spec) for line in ("met", "missed", "2025 (December 31, 2025)"))
    shapes = {MARKS[status][:2] for status in ("open", "no_value", "met", "missed")}
    assert len(shapes) == 4
    assert len({shape for shape, _fill in shapes}) == 3  # the hollow circle is that of the full one
    paths = re.findall(r'<path[^>]* d="M[^"]*"[^>]*stroke-width="2"[^>]*>', render_svg(spec))
    assert len({re.search(r' d="([^"]*)"', path).group(1) for path in paths}) == 3


def test_a_target_that_was_moved_says_so(drawn):
    spec, alt, _study = drawn("waiting", as_of=date(2025, 9, 30), scenario="faster")
    assert "target changed by the scenario (plan: 2025-2026)" in alt
    assert any(line.startswith("target changed by the scenario") for line in lines(spec))


def test_nothing_dated_gives_no_timeline(drawn):
    spec, alt, _study = drawn(targets={"opening": (UNDATED,)})
    assert spec is None
    assert alt.endswith("“un jour”: no due date, to come.")


@LANGUAGES
@pytest.mark.parametrize(
    "as_of", [date(1990, 1, 1), date(2024, 1, 1), date(2025, 9, 30), date(2027, 1, 5), date(2060, 1, 1)]
)
def test_every_text_lies_within_the_picture(drawn, language, as_of):
    spec, _alt, _study = drawn("opening", language, as_of, targets=SEVERAL)
    for row in texts(spec):
        width = LETTER * len(row["text"]) * (1.06 if row["weight"] == "bold" else 1)
        place = pixel(spec, row["x"])
        start = place - {"left": 0, "center": width / 2, "right": width}[row["align"]]
        assert start > -LEFT, row["text"]
        assert start + width <= WIDTH + RIGHT, row["text"]
        assert -spec["padding"]["top"] < row["y"] < spec["height"]
    assert "NaN" not in render_svg(spec)


def test_text_and_marks_are_dark_enough_on_the_band(drawn):
    spec, _alt, _study = drawn(targets=SEVERAL)
    assert {row["colour"] for row in texts(spec)} == {"#1a1a1a", "#595959"}
    assert all(contrast(row["colour"], SPAN) >= 4.5 for row in texts(spec))
    assert all(contrast(edge, SPAN) >= 3 for _shape, _fill, edge in MARKS.values())


@LANGUAGES
@pytest.mark.parametrize(
    ("plan", "name"),
    [
        ("office_des_professions_2019_2023", "oversight_policy_adopted"),
        ("alliance_sante_quebec_2021_2024", "learning_ecosystem_activation"),
        ("hema_quebec_2021_2025", "strategic_planning_cycle"),
    ],
)
def test_real_plans_have_a_timeline_without_a_trace_of_the_outside(catalogue, plan, name, language):
    study = run_study(plan, catalogue=catalogue, only=name, draws=200, as_of=date(2026, 11, 23))
    (case,) = cases(study)
    svg = render_svg(draw_timeline(case, study, Voice.of(study, language)))
    assert svg == render_svg(draw_timeline(case, study, Voice.of(study, language)))
    assert not re.findall(r"https?://(?!www\.w3\.org/)", svg)
