"""The what-if explorer: one page and one engine, in JupyterLab and as an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecast.widgets.explorer import Explorer

__all__ = ["Explorer"]


def __getattr__(name: str) -> Any:
    """Import the widget when it is first asked for: the app and the server's configuration need none."""
    if name == "Explorer":
        from forecast.widgets.explorer import Explorer

        return Explorer
    raise AttributeError(name)
