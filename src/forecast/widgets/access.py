"""Who may open the app: the hosts that it answers to, its token, and the headers that keep the page to itself."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from tornado.web import RequestHandler

from forecast.schema.language import LANGUAGES, N_, translator

#: Names of this machine, whoever asks.
LOCAL = ("localhost", "127.0.0.1", "[::1]")
#: What is put into an address on the way in and does not stay there.
PASSING = frozenset({"token", "again"})
#: A report opened from blob: inherits this policy and has its styles in itself: hence `unsafe-inline`, for them alone.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src data:",
        "img-src data: blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_TOKEN = (
    N_("This page opens only with its whole address"),
    N_("Copy the whole address that forecast app printed, with its token, or ask the person who started it for it."),
)
UNKNOWN_HOST = (
    N_("The app does not answer to this address"),
    N_("Open the address that forecast app printed. For another name, start it with --allow-host and that name."),
)


@dataclass(frozen=True)
class Door:
    """What a request must show to be let in.

    Attributes
    ----------
    hosts : frozenset of str
        Hosts that the app answers to, as in the header `Host`: `localhost:8866`, `plans.example.org`.
    cookie : str
        Name of the cookie that stands for the token; it holds the port, so that two apps do not take each other's.
    """

    token: str
    hosts: frozenset[str]
    cookie: str

    @classmethod
    def at(cls, port: int, token: str, names: Iterable[str] = ()) -> Door:
        """Make the door of a port; a name is allowed with this port, or bare as behind a proxy.

        A name that brings its own port (`plans.example.org:8443`) is allowed with that one.
        """
        hosts = {f"{name}:{port}" for name in LOCAL} | (set(LOCAL) if port == 80 else set())
        for name in names:
            hosts |= {name.lower(), f"{name.lower()}:{port}"}
        return cls(token, frozenset(hosts), f"forecast-app-{port}")

    def knows_host(self, host: str) -> bool:
        """Whether the app answers to a host; others may be a page elsewhere that had its name point here."""
        return host.lower() in self.hosts

    def knows_origin(self, origin: str) -> bool:
        """Whether a page of this origin is the app's own."""
        scheme, _, host = origin.partition("://")
        return scheme.lower() in ("http", "https") and self.knows_host(host)

    def opens(self, shown: str | None) -> bool:
        """Whether what was shown is the token; the time it takes tells nothing about it."""
        return hmac.compare_digest((shown or "").encode(), self.token.encode())


class Guarded(RequestHandler):
    """A request that is let in only through the door."""

    def initialize(self, door: Door) -> None:
        """Take the door."""
        self.door = door

    def set_default_headers(self) -> None:
        """Set the headers of every answer, errors included."""
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Turn away who comes by another name, then whom `enter` does not let in."""
        if not self.door.knows_host(self.request.headers.get("Host", "")):
            self.refuse(UNKNOWN_HOST)
        else:
            self.enter()

    def enter(self) -> None:
        """Let in who has the cookie."""
        if not self.door.opens(self.get_cookie(self.door.cookie)):
            self.refuse(NO_TOKEN)

    def refuse(self, words: tuple[str, str]) -> None:
        """Answer 403 with a page that says what to do, in each language."""
        self.set_status(403)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(make_refusal(*words))


class Nowhere(Guarded):
    """Every address that is not one of ours."""

    def enter(self) -> None:
        """Say so, but only to who has the cookie."""
        super().enter()
        if not self._finished:
            self.send_error(404)


class Entrance(Guarded):
    """A page that exchanges the token for the cookie, and then leaves the token out of the address."""

    def enter(self) -> None:
        """Let in who has the token or the cookie."""
        if self.door.opens(self.get_query_argument("token", None)):
            self.set_cookie(self.door.cookie, self.door.token, httponly=True, samesite="Strict", path="/")
        elif not self.door.opens(self.get_cookie(self.door.cookie)):
            self.turn_away()
            return
        if self.kept_query() != self.request.query:
            self.redirect(f"/?{self.kept_query()}".rstrip("?"))

    def turn_away(self) -> None:
        """Refuse, but have the browser ask again by itself, once.

        A strict cookie is not sent when a link in a mail or on another site led here, but is when our own page does.
        """
        if self.get_query_argument("again", None) is None:
            self.set_header("Refresh", f"0; url=/?{'&'.join(filter(None, [self.kept_query(), 'again=1']))}")
        self.refuse(NO_TOKEN)

    def kept_query(self) -> str:
        """The query as it was written, less what only passes."""
        pieces = self.request.query.split("&")
        return "&".join(piece for piece in pieces if piece.partition("=")[0] not in PASSING)


def make_refusal(title: str, text: str) -> str:
    """Write the page of a refusal, in each language."""
    said = "".join(
        f'<section lang="{language}"><h1>{_(title)}</h1><p>{_(text)}</p></section>'
        for language, _ in ((language, translator(language)) for language in LANGUAGES)
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
    return f'<!doctype html><html lang="{LANGUAGES[0]}">{head}<title>403</title><body>{said}</body></html>'
