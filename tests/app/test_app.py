"""Who is let into the app, what it gives them, and with which headers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.served_app import NAME, TOKEN, Site, played
from tornado.httpclient import HTTPClientError

from forecast.errors import RunError
from forecast.widgets.access import HEADERS, Door
from forecast.widgets.app import TYPES, make_app

REFUSED = "This page opens only with its whole address"
ELSEWHERE = "The app does not answer to this address"


def words_of(body: bytes) -> str:
    return re.sub(r"<[^>]*>", " ", body.decode())


@played
async def test_the_token_becomes_a_cookie_and_leaves_the_address(site):
    async with site() as here:
        answer = await here.get(f"/?plan=clinic&token={TOKEN}&levers=a%26b")
        assert answer.code == 302
        assert answer.headers["Location"] == "/?plan=clinic&levers=a%26b"
        cookie = answer.headers["Set-Cookie"]
        assert cookie == f"forecast-app-{here.port}={TOKEN}; HttpOnly; Path=/; SameSite=Strict"
        assert (await here.get(f"/?token={TOKEN}")).headers["Location"] == "/"
        page = await here.get("/?plan=clinic", cookie=TOKEN)
        assert (page.code, page.body) == (200, b"this is page.html")


@played
async def test_an_old_token_does_no_harm_to_who_has_the_cookie(site):
    async with site() as here:
        answer = await here.get("/?plan=clinic&token=of-yesterday", cookie=TOKEN)
        assert (answer.code, answer.headers["Location"]) == (302, "/?plan=clinic")
        assert "Set-Cookie" not in answer.headers


@played
async def test_without_token_or_cookie_a_page_says_what_to_do_in_both_languages(site):
    async with site() as here:
        for path, cookie in (("/", None), ("/?token=guessed", None), ("/", "guessed"), ("/?token=é", "")):
            answer = await here.get(path.replace("é", "%C3%A9"), cookie=cookie)
            assert answer.code == 403
            assert "Set-Cookie" not in answer.headers
            said = answer.body.decode()
            assert said.index('<section lang="fr">') < said.index('<section lang="en">')
            assert f"<h1>{REFUSED}</h1>" in said
            assert "Copy the whole address that forecast app printed, with its token, or ask the person who" in said


@played
async def test_a_link_from_elsewhere_is_asked_for_again_once_by_our_own_page(site):
    async with site() as here:
        first = await here.get("/?plan=clinic")
        assert first.headers["Refresh"] == "0; url=/?plan=clinic&again=1"
        assert "Refresh" not in (await here.get("/?plan=clinic&again=1")).headers
        led_back = await here.get("/?plan=clinic&again=1", cookie=TOKEN)
        assert (led_back.code, led_back.headers["Location"]) == (302, "/?plan=clinic")


@played
async def test_files_are_given_with_their_types_and_not_sent_twice(site):
    async with site() as here:
        for name, kind in TYPES.items():
            answer = await here.get(f"/static/{name}", cookie=TOKEN)
            assert (answer.code, answer.body.decode()) == (200, f"this is {name}")
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["Cache-Control"] == "no-cache"
            again = await here.get(f"/static/{name}", cookie=TOKEN, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.code, again.body) == (304, b"")
        head = await here.get("/static/page.js", cookie=TOKEN, method="HEAD")
        assert (head.code, head.headers["Content-Length"], head.body) == (200, "15", b"")
        assert (await here.get("/static/page.js")).code == 403


@played
async def test_nothing_else_is_given(site, static: Path):
    (static / "other.js").write_text("not ours", "utf-8")
    async with site() as here:
        for path in (
            "/static/",
            "/static/other.js",
            "/static/..%2fpage.js",
            "/static/../page.js",
            "/other",
            "/favicon.ico",
        ):
            assert (await here.get(path, cookie=TOKEN)).code == 404
            assert (await here.get(path)).code == 403
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            body = None if method in ("DELETE", "OPTIONS") else "x"
            assert (await here.get("/", cookie=TOKEN, method=method, body=body)).code == 405


@played
async def test_another_host_is_refused_even_with_the_token(site):
    async with site() as here:
        for host in (
            "evil.example",
            f"evil.example:{here.port}",
            "localhost",
            "localhost:1",
            f"{NAME}:1",
            f"127.0.0.1:{here.port}.",
        ):
            for path in (f"/?token={TOKEN}", "/static/page.js", "/live", "/other"):
                answer = await here.get(path, cookie=TOKEN, host=host)
                assert answer.code == 403
                assert ELSEWHERE in words_of(answer.body)
                assert "start it with --allow-host and that name" in words_of(answer.body)
                assert "Set-Cookie" not in answer.headers


@played
async def test_our_hosts_are_answered(site):
    async with site() as here:
        for host in ("localhost", "127.0.0.1", "[::1]", NAME, NAME.upper()):
            assert (await here.get("/", cookie=TOKEN, host=f"{host}:{here.port}")).code == 200
        assert (await here.get("/", cookie=TOKEN, host=NAME)).code == 200


@played
async def test_every_answer_has_the_headers(site):
    async with site() as here:
        answers = [
            await here.get("/", cookie=TOKEN),
            await here.get(f"/?token={TOKEN}"),
            await here.get("/"),
            await here.get("/", host="evil.example"),
            await here.get("/static/page.js", cookie=TOKEN),
            await here.get("/other", cookie=TOKEN),
            await here.get("/live", cookie=TOKEN),
            await here.get("/", cookie=TOKEN, method="POST", body="x"),
        ]
        assert [answer.code for answer in answers] == [200, 302, 403, 403, 200, 404, 403, 405]
        for answer in answers:
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
            assert "Server" not in answer.headers


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = dict(rule.split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "data:",
        "img-src": "data: blob:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


async def refusal(here: Site, **headers: str | None) -> int:
    with pytest.raises(HTTPClientError) as error:
        await here.open(**headers)
    return error.value.code


@played
async def test_a_page_of_another_origin_cannot_connect(site):
    async with site() as here:
        strange = (
            "http://evil.example",
            f"http://evil.example:{here.port}",
            "http://127.0.0.1:1",
            "null",
            "file://",
            "",
        )
        for origin in (*strange[:-1], None):
            assert await refusal(here, origin=origin) == 403
        assert await refusal(here, origin=f"ftp://127.0.0.1:{here.port}") == 403
        assert await refusal(here, cookie="guessed") == 403
        assert await refusal(here, Host="evil.example") == 403
        for origin in (f"http://localhost:{here.port}", f"https://{NAME}"):
            await (await here.open(origin=origin)).was_heard()


def test_two_doors_on_two_ports_have_two_cookies():
    assert Door.at(8866, TOKEN).cookie == "forecast-app-8866"
    assert Door.at(8867, TOKEN).cookie == "forecast-app-8867"


def test_on_the_usual_port_of_the_web_a_host_has_none():
    assert Door.at(80, TOKEN).knows_host("localhost")
    assert not Door.at(8866, TOKEN).knows_host("localhost")


def test_files_that_were_not_built_are_named(static: Path):
    (static / "explorer.css").unlink()
    (static / "page.js").unlink()
    with pytest.raises(RunError, match=r"^[\w-]+/explorer\.css, page\.js: not built; run `make web`$"):
        make_app(lambda post: pytest.fail("too early"), door=Door.at(1, TOKEN), static=static)
