"""`forecast influence`: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from forecast.cli import run
from forecast.influence import measure_influence
from forecast.reporting import influences
from forecast.study import open_bench

DAY = date(2025, 7, 15)
AS_OF = ("--as-of", DAY.isoformat(), "--points", "4")


@pytest.fixture
def call(capsys, driven):
    def call_command(*args):
        code = run(["influence", *(str(arg) for arg in args), *AS_OF])
        out, err = capsys.readouterr()
        return code, out, err

    return call_command


@pytest.mark.parametrize(("language", "words"), [("en", "What matters most"), ("fr", "Ce qui compte le plus")])
def test_each_lever_has_a_row(call, language, words):
    code, out, err = call("clinic", "seen_on_time", "--lang", language)
    assert (code, err) == (0, "")
    assert words in out
    assert "→" in out
    assert not re.search(r"[{}]|\bnan\b", out)


def test_json_holds_what_the_library_measured(call, driven):
    code, out, _ = call("clinic", "seen_on_time", "--format", "json")
    content = json.loads(out)
    assert (code, content["plan"], content["indicator"]) == (0, "clinic", "seen_on_time")
    bench = open_bench("clinic", as_of=DAY, catalogue=driven, only="seen_on_time")
    found = measure_influence(bench, "baseline", "seen_on_time", points=4)
    assert [row["factor"] for row in content["factors"]] == [swing.factor.name for swing in found.swings]
    first, swing = content["factors"][0], found.swings[0]
    assert (first["value_low"], first["value_high"]) == pytest.approx((swing.low.value, swing.high.value))
    assert first["probability_high"] == pytest.approx(swing.high.probability)
    total = {share.factor.name: share.total for share in found.value_shares}
    assert first["value_total"] == pytest.approx(total[first["factor"]])


def test_csv_has_one_line_a_factor(call, tmp_path):
    out = tmp_path / "factors.csv"
    assert call("clinic", "seen_on_time", "--out", out)[0] == 0
    head, *rows = out.read_text("utf-8").splitlines()
    assert head.startswith("factor,kind,unit,low,high,value_low")
    assert rows


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("clinic", "seen_on_tim"), "unknown indicator 'seen_on_tim' of plan 'clinic'; did you mean 'seen_on_time'?"),
        (("clinic", "seen_on_time", "--lever", "demnd"), "unknown lever 'demnd' of plan 'clinic'"),
        (("clinic", "seen_on_time", "--points", "5"), "a design of 5 points is not balanced; write a power of two"),
    ],
)
def test_what_cannot_be_weighed_is_refused(capsys, driven, args, message):
    assert run(["influence", *args, "--as-of", "2025-07-15"]) != 0
    assert message in capsys.readouterr().err


def test_the_page_draws_what_moves_something(driven):
    bench = open_bench("clinic", as_of=DAY, catalogue=driven, only="seen_on_time")
    found = measure_influence(bench, "baseline", "seen_on_time", points=4)
    page = str(influences.influence_section(found, bench, "en"))
    assert page.count("<svg") == 1
    for swing in influences.moving(found):
        voice = influences.make_voice(found, bench, "en")
        assert influences.factor_name(swing.factor, bench, voice) in page
