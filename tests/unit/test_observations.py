"""Observations: what was known on a date, and which of two values is used."""

from datetime import date

import pytest

from forecast import observations
from forecast.errors import DataError
from forecast.observations import EXACTNESS, Observation, choose, known_from
from forecast.plans.baseline import baseline_value, changed_value

HEADER = "series,period,value,unit,source,published,status,note,note_fr\n"


def observe(**other):
    usual = {
        "series": "seen_on_time",
        "period": "2024",
        "value": 62.5,
        "unit": "%",
        "source": "S002",
        "status": "exact",
    }
    return Observation(**{**usual, **other})


@pytest.fixture
def load(small):
    def load_rows(as_of=date(2026, 11, 23), indicator="seen_on_time"):
        table = observations.load(small.plan("clinic"), small, as_of=as_of)
        return table[table["indicator"] == indicator]

    return load_rows


@pytest.mark.parametrize(
    ("published", "known"),
    [
        (None, date(2025, 6, 30)),  # that of its source
        ("2024-05", date(2024, 5, 31)),
        ("2024", date(2024, 12, 31)),
        ("2024-05-07", date(2024, 5, 7)),
    ],
)
def test_the_day_from_which_a_value_is_known(small, published, known):
    assert known_from(observe(published=published), small) == known


def test_a_value_of_a_source_without_a_day_is_known_from_the_last_day_of_its_year(small):
    assert known_from(observe(source="S001"), small) == date(2024, 12, 31)


def test_a_value_of_an_undated_source_is_known_from_the_day_of_access(small, edit):
    edit("data/sources.yaml", '  date: "2024"', "  date: null")
    assert known_from(observe(source="S001"), small) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("as_of", "periods"),
    [
        (date(2024, 12, 30), []),
        (date(2024, 12, 31), ["2023"]),
        (date(2025, 6, 29), ["2023"]),
        (date(2025, 6, 30), ["2023", "2024"]),
    ],
)
def test_as_of_hides_what_was_not_known_yet(load, as_of, periods):
    assert list(load(as_of)["period"]) == periods


@pytest.mark.parametrize(
    ("values", "used", "why"),
    [
        ([("approximate", "2025-12", 1.0), ("exact", "2025-01", 2.0)], 2.0, "more exact status"),
        ([("inferred", "2025-12", 1.0), ("rounded", "2025-01", 2.0)], 2.0, "more exact status"),
        ([("provisional", "2025-12", 1.0), ("exact", "2025-01", 2.0)], 2.0, "more exact status"),
        ([("provisional", "2025-12", 1.0), ("provisional", "2025-01", 2.0)], 1.0, "later publication"),
        ([("exact", "2025-12", 1.0), ("exact", "2025-01", 2.0)], 1.0, "later publication"),
        (
            [("rounded", "2025-01", 1.0), ("rounded", "2025-12", 2.0), ("inferred", "2026", 3.0)],
            2.0,
            "later publication",
        ),
    ],
)
def test_of_two_values_the_more_exact_then_the_later_is_used(small, values, used, why):
    known = [observe(status=status, published=published, value=value) for status, published, value in values]
    chosen = list(choose(known, small))
    assert len(chosen) == len(known)
    assert [item.value for item, is_used, _ in chosen if is_used] == [used]
    assert {item.value: reason for item, _, reason in chosen}[used] == why


def test_the_order_of_the_file_does_not_decide(small):
    known = [observe(value=value, published="2025") for value in (3.0, 1.0, 2.0)]
    forwards = [item.value for item, used, _ in choose(known, small) if used]
    backwards = [item.value for item, used, _ in choose(known[::-1], small) if used]
    assert forwards == backwards


def test_a_choice_between_equals_is_not_explained_by_a_later_publication(small):
    known = [observe(value=value, published="2025") for value in (1.0, 2.0)]
    assert {why for _, _, why in choose(known, small)} != {"later publication"}


def test_a_single_value_needs_no_reason(small):
    assert list(choose([observe()], small)) == [(observe(), True, None)]


def test_values_of_different_periods_are_all_used(small):
    known = [observe(period=period) for period in ("2024", "2024-2025", "2024-12-31", "2024/2026")]
    assert all(used for _, used, _ in choose(known, small))


def test_exactness_is_ordered():
    assert EXACTNESS == ("exact", "rounded", "provisional", "approximate", "inferred")


def test_both_of_two_contradictory_values_stay_visible(small, load, write):
    write(
        "data/observations/press.csv",
        HEADER + "seen_on_time,2024,61,%,S002,2026-01-01,approximate,Said aloud,Dit\n",
    )
    rows = load()
    assert rows[["period", "value", "used"]].values.tolist() == [
        ["2023", 60, True],
        ["2024", 61, False],
        ["2024", 62.5, True],
    ]
    assert set(rows["why"].dropna()) == {"more exact status"}


def test_before_the_better_value_was_known_the_other_one_was_used(small, load, write):
    write("data/observations/press.csv", HEADER + "seen_on_time,2024,61,%,S001,2025-02,approximate,,\n")
    rows = load(date(2025, 3, 1))
    assert rows[["period", "value", "used"]].values.tolist() == [["2023", 60, True], ["2024", 61, True]]


def test_irregular_dates_are_legal_and_sorted_in_time(small, load, write):
    write(
        "data/observations/press.csv",
        HEADER
        + "".join(
            f"seen_on_time,{period},{60 + i},%,S002,,exact,,\n"
            for i, period in enumerate(
                ["2025-02-03", "2017/2019", "2022-autumn", "2024-2025Q3", "2023-2024P07", "2021-05"]
            )
        ),
    )
    rows = load()
    assert list(rows["time"]) == sorted(rows["time"])
    assert list(rows["period"])[:3] == ["2017/2019", "2021-05", "2022-autumn"]


def test_a_stock_and_a_flow_stand_at_other_times(load):
    waiting, seen = load(indicator="waiting"), load()
    assert list(waiting["time"]) == pytest.approx([2024 + 91 / 366, 2025 + 90 / 365])
    assert list(seen["time"]) == [2023.5, 2024.5]


def test_a_cell_that_holds_a_comma_or_a_line_break_is_read(small, load, write):
    text = (small.root / "data/observations/clinic.csv").read_text("utf-8")
    write("data/observations/clinic.csv", text.replace("Said at the end, not", "Said at\nthe end, not"))
    assert load(indicator="waiting")["note"].tolist()[1] == "Said at\nthe end, not counted."


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(small, load, write):
    before = load()
    text = (small.root / "data/observations/clinic.csv").read_bytes()
    write("data/observations/clinic.csv", b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert load().equals(before)


def test_a_series_is_shared_by_two_plans(catalogue, day):
    plans = {
        "msss_2023_2027": "surgeries_waiting_over_one_year",
        "sante_quebec_2025_2028": "flagship_6",
    }
    rows = {}
    for plan_id, indicator in plans.items():
        table = observations.load(catalogue.plan(plan_id), catalogue, as_of=day)
        table = table[(table["indicator"] == indicator) & (table["series"] == "surgeries_waiting_over_one_year")]
        rows[plan_id] = table[["period", "value", "used", "time"]].values.tolist()
    assert len(rows["msss_2023_2027"]) >= 11
    assert rows["msss_2023_2027"] == rows["sante_quebec_2025_2028"]


def test_the_two_counts_of_blood_donors_are_both_kept(catalogue, day):
    table = observations.load(catalogue.plan("hema_quebec_2021_2025"), catalogue, as_of=day)
    rows = table[(table["series"] == "blood_donors") & (table["period"] == "2022-2023")]
    assert dict(zip(rows["value"], rows["used"], strict=True)) == {151289: True, 151259: False}


def test_a_table_without_any_observation_keeps_its_columns(small):
    table = observations.load(small.plan("clinic"), small, as_of=date(1999, 1, 1))
    assert table.empty
    assert {"series", "value", "used", "time", "indicator"} <= set(table.columns)


def test_loading_reports_every_faulty_file(small, write):
    write("data/observations/a.csv", HEADER + "seen_on_time,2025,x,%,S002,,exact,,\n")
    write("data/observations/b.csv", HEADER + "seen_on_time,20255,1,%,S009,,exact,,\n")
    with pytest.raises(DataError) as caught:
        observations.load(small.plan("clinic"), small, as_of=date(2026, 1, 1))
    assert {fault.path for fault in caught.value.faults} == {"data/observations/a.csv", "data/observations/b.csv"}


@pytest.mark.parametrize(("words", "value"), [("60 %", 60.0), ("6 316", 6316.0), ("–", None), ("printemps 2025", None)])
def test_the_number_of_a_baseline(make_plan, make_indicator, words, value):
    indicator = make_indicator(baseline={"words": words})
    assert baseline_value(make_plan(share=indicator), indicator) == value


@pytest.mark.parametrize(
    ("reading", "change", "start", "level"),
    [
        ("points", 5, 60.0, 65.0),
        ("relative", 5, 60.0, 63.0),
        ("relative", -3, 221.4, 214.758),
        ("points", 5, None, None),
    ],
)
def test_the_level_that_a_change_leads_to(make_target, reading, change, start, level):
    target = make_target(f"{change:+} %", kind="change", change=change, value=None, operator=None, reading=reading)
    assert changed_value(target, start) == (None if level is None else pytest.approx(level))
