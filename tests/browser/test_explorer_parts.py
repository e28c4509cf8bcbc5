"""What comes after the explorer's picture, and what is kept: sections, charts of their own, names, files, errors."""

from __future__ import annotations

import os
import shutil

import pytest
from playwright.sync_api import Page, expect
from tests.browser.explorer_page import (
    PINS,
    TABLE,
    page_message,
    picture_message,
    sent,
    tell,
    wait_for_sent,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        shutil.which("chromium") is None and "FORECAST_REQUIRE" not in os.environ, reason="no Chromium on this computer"
    ),
]


def test_parts_come_later_and_old_ones_are_dropped(shown: Page) -> None:
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "title": "Verdicts", "html": TABLE})
    expect(shown.get_by_role("table", name="Verdicts")).to_be_visible()
    tell(shown, picture_message(3, spec=None))
    expect(shown.locator(".part-board")).to_have_attribute("aria-busy", "true")
    tell(shown, {"kind": "part", "seq": 2, "id": "board", "html": "<p>old</p>"})
    expect(shown.get_by_role("table", name="Verdicts")).to_be_visible()
    tell(shown, {"kind": "part", "seq": 3, "id": "board", "html": "<p>new</p>"})
    expect(shown.locator(".part-board .part-body")).to_have_text("new")
    expect(shown.locator(".part-board")).not_to_have_attribute("aria-busy", "true")
    tell(shown, picture_message(2, demand=9, spec=None))
    expect(shown.locator(".plain-sentence")).to_contain_text("+3 %")


def test_a_table_stays_where_it_was_scrolled(shown: Page) -> None:
    wide = TABLE.replace("on track", "wide" * 1000)
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "title": "Verdicts", "html": wide})
    region = shown.locator(".part-board .scroll")
    region.evaluate("region => { region.scrollLeft = 120; }")
    shown.wait_for_timeout(200)  # how far it is scrolled is told with the next frame
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "title": "Verdicts", "html": wide.replace("wide", "more")})
    expect(region).to_contain_text("more")
    assert region.evaluate("region => region.scrollLeft") == 120


def test_buttons_in_a_part_act_and_keep_the_focus(shown: Page) -> None:
    tell(shown, {"kind": "part", "seq": 1, "id": "pins", "html": PINS.format(name="two")})
    shown.get_by_role("button", name="Restore two").press("Enter")
    assert sent(shown, "do") == [{"kind": "do", "seq": 2, "action": "restore", "pin": "2"}]
    tell(shown, {"kind": "part", "seq": 2, "id": "pins", "html": PINS.format(name="deux")})
    expect(shown.get_by_role("button", name="Restore deux")).to_be_focused()


def test_a_part_may_have_a_chart_of_its_own(shown: Page) -> None:
    chart = picture_message(1, spec="tornado")["chart"] | {"alt": "Two bars."}
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "html": "<p>below</p>", "chart": chart})
    expect(shown.locator(".part-board").get_by_role("img", name="Two bars.")).to_be_visible()
    expect(shown.locator(".part-board svg")).to_have_count(1)
    expect(shown.get_by_role("img", name="Line that ends at 24.")).to_be_visible()
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "html": ""})
    expect(shown.locator(".part-board")).to_be_hidden()


def test_a_specification_that_came_too_late_is_kept(shown: Page) -> None:
    chart = picture_message(1, spec="tornado")["chart"]
    tell(shown, picture_message(3, spec=None))
    tell(shown, {"kind": "part", "seq": 2, "id": "board", "html": "", "chart": chart})
    expect(shown.locator(".part-board")).to_be_hidden()
    del chart["spec"]
    tell(shown, {"kind": "part", "seq": 3, "id": "board", "html": "", "chart": chart})
    expect(shown.locator(".part-board svg")).to_be_visible()
    assert len(sent(shown, "open")) == 1


def test_a_section_that_is_worked_on_says_so(shown: Page) -> None:
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "html": TABLE})
    expect(shown.get_by_text("Being worked out").first).to_be_hidden()
    tell(shown, picture_message(2, spec=None))
    expect(shown.locator(".part-board").get_by_text("Being worked out")).to_be_visible()


def test_an_error_of_a_name_stands_beside_it_until_it_is_typed_anew(shown: Page) -> None:
    name = shown.get_by_role("textbox", name="Name")
    shown.get_by_role("button", name="Save").click()
    tell(shown, {"kind": "refused", "seq": 2, "errors": {"name": "A name is needed."}})
    expect(name).to_have_accessible_description("A name is needed.")
    name.fill("fast")
    expect(name).not_to_have_attribute("aria-invalid", "true")


def test_an_error_of_no_field_is_said(shown: Page) -> None:
    tell(shown, {"kind": "refused", "seq": 1, "errors": {"state": "This is not the text of a state."}})
    expect(shown.locator(".status")).to_have_text("This is not the text of a state.×")


def test_a_field_under_another_has_a_name_of_its_own(shown: Page) -> None:
    start = shown.get_by_role("textbox", name="Growth of demand: first period")
    start.fill("2027")
    assert wait_for_sent(shown, 1)["changes"] == {"start": "2027"}


def test_the_widget_speaks_through_its_model_and_lets_it_go(page: Page) -> None:
    found = page.evaluate(
        """async ([form, picture]) => {
          const { default: widget } = await import("./static/explorer.js");
          const sent = [], heard = [], freed = [], el = document.createElement("div");
          const model = {
            send: (message) => sent.push(message),
            on: (name, callback) => heard.push([name, callback]),
            off: (name, callback) => freed.push([name, callback]),
          };
          document.body.append(el);
          const end = widget.render({ model, el });
          for (const message of [form, picture]) heard[0][1](message, []);
          await new Promise((resolve) => setTimeout(resolve, 50));
          const drawn = el.querySelectorAll(".chart svg").length;
          end();
          return [sent, drawn, heard.length === 1 && freed[0][1] === heard[0][1], freed.map(([name]) => name)];
        }""",
        [page_message(1), picture_message(1)],
    )
    assert found == [[{"kind": "open", "seq": 1}], 1, True, ["msg:custom"]]
