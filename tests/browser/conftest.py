"""The explorer's page in headless Chromium, alone and with its first picture; what it complains of fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from benchmarks.offline import FLAGS
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.explorer_page import page_message, picture_message, serve, tell, wait_for, watch


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve() as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """An open page that has asked for its form; at its end, nothing was complained of and nothing else asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints, asked = watch(page)
    page.goto(address)
    wait_for(page, "window.sent?.length")
    yield page
    context.close()
    assert complaints == []
    assert all(url.startswith((address, "data:", "blob:")) for url in asked)


@pytest.fixture
def shown(page: Page) -> Page:
    """The page with its form and its first picture."""
    tell(page, page_message(1))
    tell(page, picture_message(1))
    expect(page.locator(".chart svg")).to_be_visible()
    return page
