"""What a browser makes of the app's cookie and policy: links from elsewhere, and reports opened beside the page."""

from __future__ import annotations

import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from benchmarks.offline import FLAGS
from playwright.async_api import Browser, async_playwright, expect
from tests.served_app import TOKEN, played, served

from forecast.reporting.report import stylesheet
from forecast.widgets.app import TYPES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        shutil.which("chromium") is None and "FORECAST_REQUIRE" not in os.environ, reason="no Chromium on this computer"
    ),
]
PAGE = """<!doctype html><title>App</title><link rel="icon" href="data:,">
<script type="module" src="static/page.js"></script><script>document.title = "code in the page ran"</script>
<img src="http://127.0.0.1:9/elsewhere.png"><a id="report" target="_blank">report</a>"""
#: Offers a report as the explorer does, and connects.
CODE = """
const bytes = new Blob([`REPORT`], { type: "text/html" });
document.getElementById("report").href = URL.createObjectURL(bytes);
const socket = new WebSocket(Object.assign(new URL("live", document.baseURI), { protocol: "ws:", search: "" }));
socket.onopen = () => socket.send('{"kind": "change", "seq": 1, "changes": {}}');
socket.onmessage = ({ data }) => { document.title = JSON.parse(data).kind; };
"""
REPORT = """<!doctype html><title>Report</title><style>STYLE h1 { color: rgb(1, 2, 3) }</style>
<h1 style="margin-left: 7px">Report</h1><script>document.title = "code in the report ran"</script>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">"""


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    folder.mkdir()
    for name in TYPES:
        (folder / name).write_text("", "utf-8")
    (folder / "page.html").write_text(PAGE, "utf-8")
    report = REPORT.replace("STYLE", stylesheet()).replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    (folder / "page.js").write_text(CODE.replace("REPORT", report.replace("</script>", "<\\/script>")), "utf-8")
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Another site, whose page links to an address."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def link(address: str) -> str:
            mail = folder / f"mail{len(list(folder.iterdir()))}.html"  # a new one each time, as a browser keeps them
            mail.write_text(f'<a href="{address}">see</a>', "utf-8")
            return f"http://localhost:{server.server_port}/{mail.name}"

        yield link
        server.shutdown()


async def launch(play: Any) -> Browser:
    return await play.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))


@played
async def test_a_link_from_another_site_opens_the_page(static, elsewhere):
    async with served(static) as here, async_playwright() as play:
        browser = await launch(play)
        tab = await browser.new_page()
        home = f"http://127.0.0.1:{here.port}"
        for link in (f"{home}/?plan=a%26b&token={TOKEN}", f"{home}/?plan=c"):
            await tab.goto(elsewhere(link))
            await tab.click("a")
            await expect(tab).to_have_title("picture")
            assert tab.url == link.replace(f"&token={TOKEN}", "")
        stranger = await (await browser.new_context()).new_page()
        await stranger.goto(elsewhere(f"{home}/?plan=e"))
        await stranger.click("a")
        await stranger.wait_for_url(f"{home}/?plan=e&again=1")
        assert await stranger.title() == "403"
        await browser.close()


@played
async def test_a_report_opened_from_the_page_has_its_styles_and_no_code_runs(static):
    async with served(static) as here, async_playwright() as play:
        browser = await launch(play)
        tab = await browser.new_page()
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        await tab.goto(f"http://127.0.0.1:{here.port}/?token={TOKEN}")
        await expect(tab).to_have_title("picture")
        assert sorted(text.split(" ")[0] for text in said) == ["Executing", "Loading"]
        async with tab.expect_popup() as opened:
            await tab.click("#report")
        report = await opened.value
        await report.wait_for_load_state()
        assert report.url.startswith("blob:")
        assert await report.title() == "Report"
        style = "(name) => getComputedStyle(document.querySelector('h1'))[name]"
        assert await report.evaluate(style, "color") == "rgb(1, 2, 3)"
        assert await report.evaluate(style, "marginLeft") == "7px"
        assert await report.evaluate("document.querySelector('img').naturalWidth") == 1
        await browser.close()
