"""What is known of a series beside its values, and what it means for each of them."""

from datetime import date

import numpy as np
import pytest

from forecast import observations
from forecast.models.paths import _breaks
from forecast.plans.series import UNKNOWN, Break, Exceptional, Link, SeriesFacts
from forecast.schema.tables import check_table

HEADER = "series,period,value,unit,source,published,status,note,note_fr\n"
REASON = {"fr": "Grève", "en": "Strike"}
LINK = {"multiply": {"low": 1.05, "likely": 1.1, "high": 1.2}}


@pytest.fixture
def load(small, write):
    """Rows of an indicator: lines `period,value,status[,published]`, and the text of `data/series.yaml`."""

    def load_rows(*lines, facts="", indicator="seen_on_time", unit="%", as_of=date(2026, 11, 23)):
        text = HEADER
        for line in lines:
            period, value, status, published = (*line.split(","), "")[:4]
            text += f"{indicator},{period},{value},{unit},S002,{published},{status},,\n"
        write("data/observations/clinic.csv", text)
        if facts:
            write("data/series.yaml", f"{indicator}:\n{facts}")
        table = observations.load(small.plan("clinic"), small, as_of=as_of)
        return check_table("observations", table[table["indicator"] == indicator])

    return load_rows


def declare(key, *items, source="S001"):
    """Lines of a fact file: `declare("breaks", 'from: "2023"')`."""
    reason = f"reason: {{fr: Grève, en: Strike}}, source: {source}"
    return f"  {key}:\n" + "".join(f"    - {{{item}, {reason}}}\n" for item in items)


def test_a_value_without_facts_has_its_own_error_only(load):
    rows = load("2022,50,exact", "2023,54,rounded", "2024,55.5,approximate")
    assert rows["error"].tolist() == pytest.approx([0, 1 / np.sqrt(12), 0.05])
    assert not rows["exceptional"].any()
    assert rows["break_from"].isna().all()


@pytest.mark.parametrize(
    ("facts", "error"),
    [("", 0.02 * 60), ("  revised: 5\n", 0.05 * 60)],
)
def test_a_provisional_value_may_be_revised_as_its_source_says_or_by_our_usual_size(load, facts, error):
    assert load("2024,60,provisional", facts=facts)["error"].tolist() == pytest.approx([error])


REVISED = [
    "2021,50,provisional,2022",
    "2021,52,exact,2023",
    "2022,51,provisional,2023",
    "2022,50,exact,2024",
    "2023,54,provisional,2024",
    "2023,55,exact,2025",
]


def test_revisions_seen_widen_what_is_not_yet_final(load):
    seen = np.sqrt((4 + 1 + 1) / 3)  # in points
    rows = load(*REVISED, "2024,60,provisional,2025").set_index(["period", "status"])["error"]
    assert rows["2024", "provisional"] == pytest.approx(seen)
    assert rows["2023", "exact"] == 0
    rows = load(*REVISED, "2024,61,exact,2025").set_index(["period", "status"])["error"]
    assert rows["2024", "exact"] == pytest.approx(seen)
    rows = load(*REVISED, "2024,61,rounded,2025").set_index(["period", "status"])["error"]
    assert rows["2024", "rounded"] == pytest.approx(np.hypot(seen, 1 / np.sqrt(12)))


def test_a_newest_value_that_was_revised_already_is_final(load):
    rows = load(*REVISED).set_index(["period", "status"])["error"]
    assert rows["2023", "exact"] == 0


def test_revisions_of_a_count_are_a_share_of_it(load):
    lines = [line.replace(",5", ",500") for line in REVISED]
    rows = load(*lines, "2024,8000,exact,2025", indicator="waiting", unit="persons")
    logs = np.log([5002 / 5000, 5000 / 5001, 5005 / 5004])
    assert rows["error"].tolist()[-1] == pytest.approx(8000 * np.sqrt(np.mean(logs**2)))


def test_revisions_count_only_as_far_as_they_were_known(load):
    rows = load(*REVISED, "2024,60,provisional,2024-12", as_of=date(2024, 12, 31))
    assert rows.set_index(["period", "status"])["error"]["2024", "provisional"] == pytest.approx(0.02 * 60)


def test_what_was_only_said_is_no_vintage(load):
    lines = [line.replace("provisional", "approximate") for line in REVISED]
    assert load(*lines, "2024,60.5,exact,2025")["error"].tolist()[-1] == 0


def test_a_period_is_exceptional_by_its_middle(load):
    facts = declare("exceptional", 'from: "2020-03", until: "2021-06"')
    rows = load(
        "2019,50,exact", "2019-2020,51,exact", "2020,52,exact", "2020-2021,53,exact", "2021,54,exact", facts=facts
    )
    assert dict(zip(rows["period"], rows["exceptional"], strict=True)) == {
        "2019": False,
        "2019-2020": False,
        "2020": True,
        "2020-2021": True,
        "2021": False,
    }


def test_a_stock_is_exceptional_by_its_day(load):
    facts = declare("exceptional", 'from: "2020-03", until: "2021-06"') + declare("breaks", 'from: "2021-07-01"')
    days = ("2020-02-29", "2020-03-01", "2021-06-30", "2021-07-01")
    rows = load(
        *(f"{day},{50 + i},exact" for i, day in enumerate(days)), facts=facts, indicator="waiting", unit="persons"
    )
    assert rows["exceptional"].tolist() == [False, True, True, False]
    assert rows["break_from"].fillna("").tolist() == ["", "", "", "2021-07-01"]


def test_a_fact_counts_from_the_day_its_source_is_known(load):
    facts = declare("exceptional", 'from: "2023", until: "2023"', source="S002")
    lines = ("2023,50,exact,2024", "2024,51,exact,2025-01")
    assert load(*lines, facts=facts, as_of=date(2025, 6, 29))["exceptional"].tolist() == [False, False]
    assert load(*lines, facts=facts, as_of=date(2025, 6, 30))["exceptional"].tolist() == [True, False]


def test_a_break_stands_on_every_value_after_it(load):
    rows = load(
        "2021,50,exact", "2022,51,exact", "2023,60,exact", "2024,61,exact", facts=declare("breaks", 'from: "2023"')
    )
    assert rows["break_from"].fillna("").tolist() == ["", "", "2023", "2023"]
    assert rows["link"].fillna("").tolist() == ["", "", "unknown", "unknown"]
    assert [item.at for item in _breaks(rows)] == [2]
    assert [item.link for item in _breaks(rows)] == [UNKNOWN]


def test_a_link_of_known_size_is_handed_on(load):
    size = 'from: "2023", link: {multiply: {low: 1.05, likely: 1.1, high: 1.2}}'
    rows = load("2022,51,exact", "2023,60,exact", facts=declare("breaks", size))
    assert [(item.at, item.link) for item in _breaks(rows)] == [(1, Link("multiply", 1.05, 1.1, 1.2))]


def test_two_breaks_between_two_values_are_joined(load):
    size = "link: {multiply: {low: 1, likely: 2, high: 3}}"
    facts = declare("breaks", f'from: "2022", {size}', f'from: "2023", {size}')
    rows = load("2021,20,exact", "2024,60,exact", facts=facts)
    assert [item.link for item in _breaks(rows)] == [Link("multiply", 1, 4, 9)]
    rows = load("2021,20,exact", "2022,30,exact", "2024,60,exact", facts=facts)
    assert [item.link for item in _breaks(rows)] == [Link("multiply", 1, 2, 3)] * 2


def test_a_break_outside_the_values_changes_nothing(load):
    rows = load("2021,20,exact", "2022,30,exact", facts=declare("breaks", 'from: "2019"', 'from: "2026"'))
    assert _breaks(rows) == ()


def test_an_assumed_value_belongs_to_what_was_measured_last(load):
    rows = load("2021,20,exact", "2022,30,exact", "2023,40,exact", facts=declare("breaks", 'from: "2022"'))
    rows.loc[rows.index[-1], ["break_from", "link"]] = None
    assert [item.at for item in _breaks(rows)] == [1]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (Link("multiply", 1, 2, 3), Link("multiply", 2, 2, 2), Link("multiply", 2, 4, 6)),
        (Link("add", 1, 2, 3), Link("add", -1, 0, 1), Link("add", 0, 2, 4)),
        (Link("add", 1, 2, 3), Link("multiply", 2, 2, 2), UNKNOWN),
        (UNKNOWN, Link("add", 1, 2, 3), UNKNOWN),
        (Link("add", 1, 2, 3), UNKNOWN, UNKNOWN),
    ],
)
def test_joining_links(first, second, joined):
    assert first.then(second) == joined


def test_the_link_of_a_break():
    given = {"from": "2023", "reason": REASON, "source": "S001"}
    assert Break(**given).link == UNKNOWN
    assert Break(**given, link=LINK).link == Link("multiply", 1.05, 1.1, 1.2)


def test_an_exceptional_period_holds_its_first_and_last_day():
    found = Exceptional(**{"from": "2020-03", "until": "2020-04", "reason": REASON, "source": "S001"})
    assert [found.holds(time) for time in (2020 + 60 / 366, 2020.17, 2020 + 121 / 366, 2020.34)] == [
        False,
        True,
        True,
        False,
    ]


def test_nothing_is_known_of_a_series_without_facts(small):
    assert small.series == {}
    assert small.facts(["waiting"], date(2026, 1, 1)) == {}


def test_facts_are_part_of_what_a_run_depends_on(small, write):
    from forecast.plans.catalogue import Catalogue
    from forecast.runs.inputs import _records

    before = _records(small)
    write("data/series.yaml", "waiting:\n  revised: 2\n")
    assert _records(Catalogue(small.root)) != before


def test_the_sources_of_facts(small):
    assert list(SeriesFacts(revised=2).cited) == []
