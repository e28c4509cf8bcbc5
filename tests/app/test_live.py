"""A page and its session: the newest is answered, nothing asked for is lost, nobody waits for another."""

from __future__ import annotations

import asyncio
import gc
import socket
import weakref
from contextlib import suppress
from typing import Any

import pytest
from tests.served_app import Echo, Page, Site, played
from tornado.websocket import WebSocketClosedError

from forecast.widgets.live import LARGEST, MOST_WAITING

UNREADABLE = "This could not be read, and nothing was done. Load the page again."


def change(seq: int, parts: int = 0, **changes: object) -> dict[str, Any]:
    return {"kind": "change", "seq": seq, "parts": parts, "changes": changes}


def do(seq: int, **other: object) -> dict[str, Any]:
    return {"kind": "do", "seq": seq, "action": "undo", **other}


def switchboard(here: Site) -> Any:
    return here.application.settings["switchboard"]


async def seqs(page: Page, count: int) -> list[tuple[str, int]]:
    heard = [await page.hear() for _ in range(count)]
    return [(message["kind"], message["seq"]) for message in heard]


async def settle(done: Any) -> None:
    """Wait until something is so; the test as a whole has a time limit."""
    while not done():
        await asyncio.sleep(0.005)


@played
async def test_the_first_answer_comes_at_once_and_slow_parts_follow(site):
    async with site() as here:
        page = await here.open()
        await page.say(change(1, parts=2, demand=8))
        assert await page.hear() == {"kind": "picture", "seq": 1, "state": {"demand": 8}}
        assert await seqs(page, 2) == [("part", 1), ("part", 1)]


@played
async def test_small_messages_are_sent_without_delay(site):
    async with site() as here:
        page = await here.open()
        await page.was_heard()
        (conversation,) = switchboard(here).under_way
        connection = conversation.line.ws_connection
        assert connection.stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def begin(site: Site) -> tuple[Page, Echo]:
    """Open a page whose session is made, and close the gate that its slow parts wait for."""
    page = await site.open()
    await page.say(change(0, a=0))
    assert await seqs(page, 1) == [("picture", 0)]
    session = site.sessions[-1]
    session.gate.clear()
    return page, session


@played
async def test_slow_parts_give_way_to_a_newer_message(site):
    async with site() as here:
        page, session = await begin(here)
        await page.say(change(1, parts=3, a=1))
        assert await seqs(page, 1) == [("picture", 1)]
        await settle(session.begun.is_set)
        await page.say(change(2, b=2))
        await page.was_heard()
        session.gate.set()
        assert await seqs(page, 2) == [("part", 1), ("picture", 2)]
        assert session.closed[:2] == [0, 1]
        await page.was_heard()


@played
async def test_of_the_changes_that_wait_only_the_newest_is_answered(site):
    async with site() as here:
        page, session = await begin(here)
        await page.say({**change(1, a=1), "wait": True}, change(2, a=2, b=2), change(3, c=3), change(4, a=4))
        await page.was_heard()
        session.gate.set()
        assert (await page.hear())["seq"] == 1
        assert await page.hear() == {"kind": "picture", "seq": 4, "state": {"a": 4, "b": 2, "c": 3}}
        await page.was_heard()


@played
async def test_nothing_asked_for_is_lost_and_the_order_is_kept(site):
    async with site() as here:
        page, session = await begin(here)
        await page.say({**change(1), "wait": True}, change(2), do(3), change(4), change(5), do(6), do(7), change(8))
        await page.was_heard()
        session.gate.set()
        assert await seqs(page, 7) == [("picture", seq) for seq in (1, 2, 3, 5, 6, 7, 8)]


@played
async def test_a_field_that_is_set_again_comes_after_the_others(site):
    async with site() as here:
        page, session = await begin(here)
        session.held.clear()
        await page.say(do(1, wait=True), change(2, plan="a", indicator="i"), change(3, plan="b"))
        await page.was_heard()
        session.gate.set()
        _, answer = await page.hear(), await page.hear()
        assert list(answer["state"].items()) == [("indicator", "i"), ("plan", "b")]


@played
async def test_progress_is_sent_from_any_thread_whatever_is_asked_meanwhile(site):
    async with site() as here:
        page, session = await begin(here)
        await page.say(do(1, wait=True))
        await settle(session.begun.is_set)
        for done in range(3):
            await asyncio.to_thread(session.post, {"kind": "said", "tone": "busy", "progress": done / 3})
        assert [(await page.hear())["progress"] for _ in range(3)] == [0, 1 / 3, 2 / 3]
        session.gate.set()
        assert await seqs(page, 1) == [("picture", 1)]
        page.socket.close()
        await settle(lambda: not switchboard(here).under_way)
        session.post({"kind": "said"})
    await asyncio.to_thread(session.post, {"kind": "said"})


@played
async def test_what_fills_a_new_form_does_not_wait_among_the_slow_parts(site):
    async with site() as here:
        for _ in range(switchboard(here).slow._max_workers):
            page, session = await begin(here)
            await page.say(change(1, parts=1))
            assert await seqs(page, 1) == [("picture", 1)]
            await settle(session.begun.is_set)
        page, session = await begin(here)
        session.gate.set()
        await page.say(change(1, parts=2) | {"say": {"kind": "page", "seq": 1, "language": "en"}})
        assert await seqs(page, 2) == [("page", 1), ("part", 1)]


@played
async def test_a_slow_part_of_one_holds_up_nobody_else(site):
    async with site() as here:
        for _ in range(switchboard(here).slow._max_workers):
            page, session = await begin(here)
            await page.say(change(1, parts=1))
            assert await seqs(page, 1) == [("picture", 1)]
            await settle(session.begun.is_set)
        page, session = await begin(here)
        for seq in (1, 2, 3):  # the slow parts have no thread, and give way
            await page.say(change(seq, parts=1))
            assert await seqs(page, 1) == [("picture", seq)]
        assert session.closed == [0, 1, 2]
        assert not session.begun.is_set()


@played
async def test_two_readers_never_see_each_others_state(site):
    async with site() as here:
        one, other = await here.open(), await here.open()
        await one.say(change(1, secret="one"))
        assert (await one.hear())["state"] == {"secret": "one"}
        await other.say(change(1, name="other"))
        assert (await other.hear())["state"] == {"name": "other"}
        assert len(here.sessions) == 2


@played
async def test_ten_at_once_each_get_their_own_answers(site):
    async with site() as here:

        async def read(number: int) -> list[object]:
            page = await here.open()
            states = []
            for seq in range(20):
                await page.say(change(seq, parts=1, reader=number, **{f"of_{number}": seq}))
                states.append((await page.hear())["state"])
                assert await seqs(page, 1) == [("part", seq)]
            return states

        everything = await asyncio.gather(*map(read, range(10)))
        for number, states in enumerate(everything):
            assert states == [{"reader": number, f"of_{number}": seq} for seq in range(20)]


@played
async def test_what_cannot_be_read_is_refused_and_the_connection_kept(site):
    async with site() as here:
        page = await here.open()
        deep = "[" * 100_000
        for said in ("{", "[1]", "3", "null", '"text"', "", deep, '{"a": NaN}', '{"a": "\\ud800"}'):
            await page.say(said)
            assert await page.hear() == {"kind": "said", "seq": 0, "text": UNREADABLE, "tone": "failed"}
        await page.socket.write_message(b"\xff", binary=True)
        assert (await page.hear())["text"] == UNREADABLE
        await page.say(change(1, a=1))
        assert (await page.hear())["state"] == {"a": 1}


@played
async def test_what_is_too_large_is_refused_and_what_is_far_too_large_closes(site):
    async with site() as here:
        page = await here.open()
        await page.say(change(1, text="x" * LARGEST))
        assert (await page.hear())["text"] == "This is too large and was not read; a file may have 2 MB."
        await page.say(change(2, text="x" * (LARGEST - 1000)))
        assert await seqs(page, 1) == [("picture", 2)]
        with suppress(WebSocketClosedError):  # closed while it is still being sent
            await page.say(change(3, text="x" * 5 * LARGEST))
        assert await page.socket.read_message() is None
        await settle(lambda: not switchboard(here).under_way)


@played
async def test_what_fails_is_said_in_the_language_of_the_page_and_logged(site, caplog):
    async with site() as here:
        page = await here.open()
        await page.say(do(1, fail="of no use to a reader"))
        said = await page.hear()
        assert said == {
            "kind": "said",
            "seq": 1,
            "text": "Something failed here, and this was not done. Load the page again if it goes on.",
            "tone": "failed",
        }
        assert "of no use to a reader" in caplog.text
        await page.say(do(2, say={"kind": "page", "language": "fr"}))
        await page.hear()
        await page.say(do(3, fail="again"))
        french = "Une erreur est survenue et cette action n’a pas été faite. Rechargez la page si cela continue."
        assert (await page.hear())["text"] == french


@played
async def test_an_answer_that_is_no_json_is_a_failure(site, caplog):
    async with site() as here:
        page = await here.open()
        await page.say(do(1, say={"kind": "picture", "value": "nan"}))
        assert await page.hear() == {"kind": "picture", "value": "nan"}
        here.sessions[0].held["value"] = float("nan")
        await page.say(change(2))
        assert (await page.hear())["tone"] == "failed"
        assert "not JSON compliant" in caplog.text
        await settle(lambda: here.sessions[0].closed == [1, 2])


@played
async def test_one_page_too_many_is_told_so(site):
    async with site(most=2) as here:
        one, other = await here.open(), await here.open()
        await one.was_heard()
        await other.was_heard()
        late = await here.open()
        assert await late.hear() == {
            "kind": "said",
            "seq": 0,
            "text": "2 pages are open here, as many as this app takes. Close one, or try again later.",
            "tone": "failed",
        }
        assert await late.socket.read_message() is None
        assert late.socket.close_code == 1013
        one.socket.close()
        await settle(lambda: len(switchboard(here).under_way) == 1)
        await (await here.open()).was_heard()


@played
async def test_a_page_that_asks_faster_than_it_is_answered_is_made_to_wait(site):
    async with site() as here:
        page, session = await begin(here)
        count = 3 * MOST_WAITING
        await page.say(do(1, wait=True), *(do(seq) for seq in range(2, count)))
        (conversation,) = switchboard(here).under_way
        await settle(lambda: len(conversation._waiting) == MOST_WAITING)
        session.gate.set()
        assert await seqs(page, count - 1) == [("picture", seq) for seq in range(1, count)]


@played
async def test_closing_a_page_closes_what_is_computed_and_drops_the_session(site):
    async with site() as here:
        page, session = await begin(here)
        await page.say(change(2, parts=5))
        assert await seqs(page, 1) == [("picture", 2)]
        await settle(session.begun.is_set)
        await page.say(do(3))
        page.socket.close()
        session.gate.set()
        await settle(lambda: not switchboard(here).under_way)
        assert session.closed[:2] == [0, 2]
        assert session.left
        gone = weakref.ref(session)
        here.sessions.clear()
        del session, page
        gc.collect()
        assert gone() is None


@played
async def test_stopping_the_server_closes_every_page(site):
    async with site() as here:
        page = await here.open()
        await page.say(change(1, parts=1))
        assert await seqs(page, 2) == [("picture", 1), ("part", 1)]
    assert await page.socket.read_message() is None
    assert here.sessions[0].closed == [1]


@pytest.mark.parametrize("kind", ["open", "do"])
@played
async def test_only_changes_are_merged(site, kind):
    async with site() as here:
        page = await here.open()
        await page.say({"kind": kind, "seq": 1}, {"kind": kind, "seq": 2}, {"kind": "change", "seq": 3, "changes": {}})
        assert await seqs(page, 3) == [("picture", 1), ("picture", 2), ("picture", 3)]
