"""`forecast app`: the explorer in a browser, without JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from forecast.cli import options

if TYPE_CHECKING:
    from forecast.plans.catalogue import Catalogue
    from forecast.widgets.live import MakeSession

#: A name of a machine or an address of it, with a port or without.
NAME = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?", re.IGNORECASE)
TOKEN = re.compile(r"[A-Za-z0-9_.~-]{16,}")


class HostName(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.5 on
    """A host as a browser's address bar shows it."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name, or say how it is written."""
        if not NAME.fullmatch(value):
            self.fail(f"'{value}' is not a host; write it as in plans.example.org or 10.0.0.5", param, ctx)
        return str(value)


def _check_token(ctx: click.Context, param: click.Parameter, token: str | None) -> str | None:
    if token is not None and not TOKEN.fullmatch(token):
        raise click.BadParameter("write at least 16 letters, digits or any of - _ . ~", ctx, param)
    return token


@click.command(name="app")
@click.argument("plan", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; this machine alone.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8866, show_default=True, help="Port; 0 takes any that is free."
)
@click.option(
    "--token",
    default=None,
    callback=_check_token,
    envvar="FORECAST_TOKEN",
    show_envvar=True,
    help="What readers must show; a new one at each start by default.",
)
@click.option(
    "--allow-host", "allowed", type=HostName(), multiple=True, help="Name under which readers reach it; repeatable."
)
@click.option(
    "--save/--read-only", "saves", default=False, show_default=True, help="Whether readers may write scenarios here."
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@options.language
def command(
    plan: str | None,
    host: str,
    port: int,
    token: str | None,
    allowed: Sequence[str],
    saves: bool,
    no_browser: bool,
    language: str | None,
) -> int:
    """Open the explorer in a browser, for you or for several people at once, with PLAN shown first.

    Each open page has a state of its own, and nobody can run code. It listens on this machine alone unless told
    otherwise; whoever has the printed address, with its token, may open it. Ctrl-C ends it.

    \b
    Examples:
      forecast app
      forecast app hema_quebec_2021_2025 --lang fr
      forecast app --host 0.0.0.0 --allow-host plans.example.org --no-browser
    """
    import asyncio
    import secrets
    from functools import partial

    from forecast.plans.catalogue import Catalogue
    from forecast.schema.parameters import Parameters
    from forecast.widgets import app
    from forecast.widgets.access import Door

    if host in app.EVERYWHERE and not allowed:
        raise click.UsageError(
            f"--host '{host}' lets other machines in; name the host that they will ask for, as any other is refused so "
            "that no site can pass for this one: --allow-host plans.example.org"
        )
    catalogue = Catalogue.find()
    first = {"plan": catalogue.plan(plan).id} if plan else {}
    language = language or Parameters.load(catalogue.root).language
    token = token or secrets.token_urlsafe(32)
    names = allowed if host in app.EVERYWHERE else (f"[{host}]" if ":" in host else host, *allowed)
    with app.listen(host, port) as taken:
        port = taken.getsockname()[1]
        click.echo("preparing the explorer …")
        make_session = session_maker(catalogue, language=language, saves=saves)
        served = app.make_app(make_session, door=Door.at(port, token, names), language=language)
        app.warm_up(make_session, first)
        address = app.write_address(names[0], port, {**first, "token": token})
        asyncio.run(app.serve_until_stopped(served, taken, partial(announce, address, browser=not no_browser)))
    click.echo("stopped")
    return 0


def session_maker(catalogue: Catalogue, *, language: str, saves: bool) -> MakeSession:
    """Make what makes sessions; what does not depend on a reader they share."""
    from forecast.widgets.session import Session
    from forecast.widgets.workshop import Workshop

    shared = Workshop(catalogue)
    return lambda post: Session(catalogue, language=language, saves=saves, workshop=shared, post=post)


def announce(address: str, *, browser: bool) -> None:
    """Say that the app is ready and where, and show it."""
    import threading
    import webbrowser

    click.echo(f"ready: {address}\nCtrl-C ends it")
    if browser:  # in a thread, as some browsers hold on until they are closed
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
