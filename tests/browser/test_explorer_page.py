"""The explorer's page in headless Chromium, before a scripted engine: what it sends, shows, keeps and says."""

from __future__ import annotations

import base64
import json
import os
import shutil
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from tests.browser.explorer_page import (
    PINS,
    TABLE,
    Message,
    line,
    page_message,
    picture_message,
    sent,
    tell,
    wait_for,
    wait_for_sent,
    watch,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        shutil.which("chromium") is None and "FORECAST_REQUIRE" not in os.environ, reason="no Chromium on this computer"
    ),
]


def test_a_page_asks_for_its_form_first(page: Page) -> None:
    assert page.evaluate("sent") == [{"kind": "open", "seq": 1}]


def test_a_picture_is_painted_whole_and_its_view_is_kept(shown: Page) -> None:
    chart = shown.get_by_role("img", name="Line that ends at 24.")
    expect(chart).to_be_visible()
    expect(shown.get_by_role("meter", name="Chance of reaching 42%")).to_have_attribute(
        "aria-valuetext", "31%, unlikely"
    )
    shown.evaluate("document.querySelector('.chart svg').id = 'same'")
    before = line(shown)
    tell(shown, picture_message(2, demand=5, spec=None))
    expect(shown.get_by_role("img", name="Line that ends at 40.")).to_be_visible()
    expect(shown.locator(".plain-sentence")).to_contain_text("+5 %")
    assert line(shown) != before
    assert shown.locator("svg#same").count() == 1


def test_another_specification_makes_another_view_and_the_first_is_remembered(shown: Page) -> None:
    tell(shown, picture_message(2, spec="other"))
    shown.evaluate("document.querySelector('.chart svg').id = 'other'")
    tell(shown, picture_message(3, demand=7, spec=None))
    expect(shown.get_by_role("img", name="Line that ends at 56.")).to_be_visible()
    assert shown.locator("svg#other").count() == 0
    assert shown.locator(".chart svg").count() == 1


def test_a_specification_that_the_page_has_not_is_asked_for_again_once(page: Page) -> None:
    tell(page, page_message(1))
    tell(page, picture_message(1, spec=None))
    again = wait_for_sent(page, 2, "open")
    assert again["state"] == "plan=b&demand=3"
    tell(page, picture_message(again["seq"]))
    expect(page.locator(".chart svg")).to_be_visible()


def test_dragging_keeps_one_change_in_flight_and_sends_the_newest_value_after_it(shown: Page) -> None:
    slider = shown.get_by_role("slider", name="Growth of demand")
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    shown.mouse.move(box["x"] + box["width"] * 0.65, middle)
    shown.mouse.down()
    for share in (0.7, 0.75, 0.8, 0.9):
        shown.mouse.move(box["x"] + box["width"] * share, middle)
    shown.mouse.up()
    first = wait_for_sent(shown, 1)
    assert len(sent(shown)) == 1
    latest = float(slider.input_value())
    assert latest > first["changes"]["demand"]
    tell(shown, picture_message(first["seq"], demand=first["changes"]["demand"], spec=None))
    assert wait_for_sent(shown, 2)["changes"] == {"demand": latest}
    expect(shown.locator(".plain-sentence")).to_contain_text(f"{first['changes']['demand']:+g} %")
    assert float(slider.input_value()) == latest  # an older answer does not pull the slider back


def test_changes_of_several_fields_are_merged(shown: Page) -> None:
    shown.get_by_role("slider", name="Growth of demand").press("ArrowRight")
    shown.get_by_role("slider", name="Growth of demand").press("ArrowRight")
    shown.get_by_role("slider", name="New centres").press("ArrowRight")
    assert [message["changes"] for message in sent(shown)] == [{"demand": 3.5}]
    tell(shown, picture_message(sent(shown)[0]["seq"], demand=3.5, spec=None))
    assert wait_for_sent(shown, 2)["changes"] == {"demand": 4, "centres": 2}


def test_an_action_sends_first_what_waits(shown: Page) -> None:
    slider = shown.get_by_role("slider", name="Growth of demand")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    shown.get_by_role("button", name="Reset").click()
    assert [message["kind"] for message in shown.evaluate("sent")] == ["open", "change", "change", "do"]
    assert sent(shown, "do")[0]["action"] == "reset"
    numbers = [message["seq"] for message in shown.evaluate("sent")]
    assert numbers == sorted(set(numbers))


def test_what_is_typed_is_sent_after_a_pause_and_is_not_overwritten(shown: Page) -> None:
    box = shown.get_by_role("textbox", name="Growth of demand, typed")
    box.fill("8,")
    message = wait_for_sent(shown, 1)
    assert message["changes"] == {"demand": "8,"}
    tell(shown, picture_message(message["seq"], demand=8, spec=None))
    expect(shown.get_by_role("slider", name="Growth of demand")).to_have_attribute("aria-valuetext", "+8 % a year")
    assert box.input_value() == "8,"
    box.press("Enter")
    tell(shown, picture_message(message["seq"], demand=8, spec=None))
    expect(box).to_have_value("8")


def test_nonsense_is_refused_beside_its_field_and_the_picture_stays(shown: Page) -> None:
    due = shown.get_by_role("textbox", name="Due")
    before = line(shown)
    due.fill("soon")
    due.press("Enter")
    message = wait_for_sent(shown, 1)
    tell(shown, {"kind": "refused", "seq": message["seq"], "errors": {"due": "“soon” is not a period."}})
    expect(due).to_have_attribute("aria-invalid", "true")
    expect(due).to_have_accessible_description("“soon” is not a period.")
    expect(shown.get_by_role("status")).to_have_text(
        "Some fields hold something that cannot be. “soon” is not a period."
    )
    assert due.input_value() == "soon"
    assert line(shown) == before
    tell(shown, picture_message(message["seq"] + 1, spec=None))
    expect(due).not_to_have_attribute("aria-invalid", "true")
    expect(due).to_have_value("2028")


def test_focus_and_caret_survive_a_new_form_in_another_language(shown: Page) -> None:
    due = shown.get_by_role("textbox", name="Due")
    due.focus()
    due.press("Home")
    due.press("ArrowRight")
    tell(shown, page_message(2, "fr"))
    assert shown.evaluate("document.activeElement.dataset.place") == "due"
    assert shown.evaluate("document.activeElement.selectionStart") == 1
    expect(shown.get_by_role("heading", name="Explorateur")).to_be_visible()
    assert shown.locator(".forecast-explorer").get_attribute("lang") == "fr"
    slider = shown.get_by_role("slider", name="Croissance de la demande")
    slider.focus()
    tell(shown, page_message(3, "en"))
    expect(shown.get_by_role("slider", name="Growth of demand")).to_be_focused()


def test_a_new_form_keeps_what_is_being_typed(shown: Page) -> None:
    due = shown.get_by_role("textbox", name="Due")
    due.fill("2031")
    wait_for_sent(shown, 1)
    tell(shown, page_message(1))
    expect(due).to_have_value("2031")
    expect(due).to_be_focused()


def test_choices_send_their_value(shown: Page) -> None:
    shown.get_by_label("Plan", exact=True).select_option("a")
    assert wait_for_sent(shown, 1)["changes"] == {"plan": "a"}
    tell(shown, picture_message(sent(shown)[0]["seq"], spec=None))
    shown.get_by_role("radio", name="Français").check()
    assert wait_for_sent(shown, 2)["changes"] == {"language": "fr"}


def test_a_button_that_cannot_act_says_so_and_a_key_stands_for_one_that_can(page: Page) -> None:
    tell(page, page_message(1))
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    undo.press("Enter")
    tell(page, picture_message(1))
    expect(undo).to_be_enabled()
    page.get_by_role("slider", name="Growth of demand").press("Control+z")
    page.get_by_role("textbox", name="Due").press("Control+z")  # there, it takes back what was typed
    assert [message["action"] for message in sent(page, "do")] == ["undo"]


def test_a_name_and_a_file_go_with_their_buttons(shown: Page) -> None:
    shown.get_by_role("textbox", name="Name").fill("fast")
    tell(shown, page_message(1))
    shown.get_by_role("button", name="Save").click()
    shown.locator("input[type=file]").set_input_files(
        {"name": "fast.yaml", "mimeType": "text/yaml", "buffer": "croissance: été".encode()}
    )
    loaded = wait_for_sent(shown, 2, "do")
    assert sent(shown, "do")[0] == {"kind": "do", "seq": 2, "action": "save", "name": "fast"}
    assert loaded == {"kind": "do", "seq": 3, "action": "load", "name": "fast.yaml", "text": "croissance: été"}
    assert sent(shown) == []


def test_a_file_is_downloaded_and_can_be_opened(shown: Page) -> None:
    content = base64.b64encode(b"<title>Report</title>").decode()
    with shown.expect_download() as started:
        tell(
            shown,
            {"kind": "file", "seq": 1, "name": "report.html", "mime": "text/html", "base64": content, "open": True},
        )
    assert started.value.suggested_filename == "report.html"
    assert started.value.path().read_bytes() == b"<title>Report</title>"
    expect(shown.get_by_role("link", name="Open report.html")).to_have_attribute("target", "_blank")


def test_progress_is_shown_and_the_end_is_said(shown: Page) -> None:
    tell(shown, {"kind": "said", "seq": 1, "text": "Making the report", "tone": "busy", "progress": 0.25})
    tell(shown, {"kind": "said", "seq": 1, "text": "Making the report", "tone": "busy", "progress": 0.5})
    expect(shown.get_by_role("progressbar", name="Making the report")).to_have_js_property("value", 0.5)
    tell(shown, {"kind": "said", "seq": 1, "text": "The report is made.", "tone": "done"})
    expect(shown.get_by_role("status")).to_have_text("The report is made.")
    expect(shown.get_by_role("progressbar")).to_have_count(0)
    shown.get_by_role("button", name="Close").click()
    expect(shown.locator(".status")).to_be_hidden()


@pytest.mark.parametrize("allowed", [True, False])
def test_a_text_goes_to_the_clipboard_or_stays_selected(shown: Page, allowed: bool) -> None:
    shown.evaluate(
        "allowed => { navigator.clipboard.writeText = async (text) => { if (!allowed) throw 0; window.kept = text; };"
        " document.execCommand = () => false; }",
        allowed,
    )
    tell(shown, {"kind": "said", "seq": 1, "text": "State", "tone": "done", "copy": "plan=b&demand=3"})
    expect(shown.get_by_role("textbox", name="State")).to_have_value("plan=b&demand=3")
    if allowed:
        expect(shown.get_by_role("status")).to_have_text("Copied.")
        assert shown.evaluate("window.kept") == "plan=b&demand=3"
    else:
        assert shown.evaluate("document.getSelection().toString()") == "plan=b&demand=3"


def test_each_answered_change_is_timed_from_the_readers_hand(shown: Page) -> None:
    shown.evaluate("addEventListener('keydown', (event) => { window.struck = event.timeStamp; }, true)")
    shown.get_by_role("slider", name="Growth of demand").press("ArrowRight")
    message = wait_for_sent(shown, 1)
    tell(shown, picture_message(message["seq"], demand=3.5, spec=None))
    wait_for(shown, "performance.getEntriesByName('forecast:step').length")
    steps = shown.evaluate("performance.getEntriesByName('forecast:step').map((step) => [step.startTime, step.detail])")
    assert steps == [[shown.evaluate("window.struck"), {"seq": message["seq"], "kernel": 0.004, "foreseen": False}]]
    assert shown.evaluate("performance.getEntriesByName('forecast:shown').length") == 1


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (640, 400), (320, 400)])
def test_nothing_scrolls_sideways(shown: Page, width: int, height: int) -> None:
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "html": TABLE})
    shown.set_viewport_size({"width": width, "height": height})
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    controls, chart = shown.locator(".controls").bounding_box(), shown.locator(".seen > .chart").bounding_box()
    assert controls is not None
    assert chart is not None
    assert (chart["x"] > controls["x"] + controls["width"]) == (width == 1280)


def test_a_skip_link_leads_to_the_answer(shown: Page) -> None:
    shown.keyboard.press("Tab")
    expect(shown.get_by_role("link", name="Skip to the result")).to_be_focused()
    shown.keyboard.press("Enter")
    expect(shown.locator(".answer")).to_be_focused()
    assert "#" not in shown.url


def test_whatever_takes_the_focus_keeps_its_keys_from_the_notebook(shown: Page) -> None:
    tell(shown, {"kind": "part", "seq": 1, "id": "board", "html": TABLE + PINS})
    unmarked = (
        "[...document.querySelectorAll('input, select, button, a[href], [tabindex]')]"
        ".filter((element) => !element.hasAttribute('data-lm-suppress-shortcuts')).map((element) => element.outerHTML)"
    )
    assert shown.evaluate(unmarked) == []
    shown.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    shown.get_by_role("slider", name="Growth of demand").press("b")
    assert shown.evaluate("window.heard") is None


def test_a_page_goes_away_without_a_trace(shown: Page) -> None:
    shown.evaluate("unmount()")
    assert shown.evaluate("document.getElementById('root').childElementCount") == 0


def test_the_app_keeps_its_state_in_the_address_and_connects_again(browser: Browser, address: str) -> None:
    page = browser.new_page()
    complaints, asked = watch(page)
    routes: list[WebSocketRoute] = []
    heard: list[Message] = []

    def answer(route: WebSocketRoute) -> None:
        routes.append(route)

        def reply(text: Any) -> None:
            heard.append(json.loads(text))
            labels = page_message()["labels"] | {"lost": "Connection lost.", "back": "Connected again."}
            route.send(json.dumps(page_message(heard[-1]["seq"], labels=labels)))
            route.send(json.dumps(picture_message(heard[-1]["seq"])))

        route.on_message(reply)

    page.route_web_socket("**/live", answer)
    page.goto(f"{address}page.html?plan=a")
    page.wait_for_url("**/page.html?plan=b&demand=3")
    expect(page.locator(".chart svg")).to_be_visible()
    assert page.title() == "Explorer"
    assert page.evaluate("document.documentElement.lang") == "en"
    routes[0].close()
    expect(page.get_by_text("Connection lost.").first).to_be_visible()
    expect(page.get_by_text("Connected again.").first).to_be_visible()
    assert [(message["kind"], message["state"]) for message in heard] == [
        ("open", "plan=a"),
        ("open", "plan=b&demand=3"),
    ]
    page.close()
    assert complaints == []
    assert all(url.startswith((address, "data:")) for url in asked)
