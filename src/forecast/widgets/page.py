"""What stands around the form: its words, the bar of steps, and what is kept and shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecast.schema.language import translator

if TYPE_CHECKING:
    from forecast.widgets.session import Session

Button = dict[str, Any]


def labels(language: str) -> dict[str, str]:
    """Words that the page itself says."""
    _ = translator(language)
    return {
        "skip": _("Go to the answer"),
        "answer": _("Answer"),
        "chart": _("Chart"),
        "busy": _("Being worked out"),
        "open": _("Open"),
        "close": _("Close"),
        "typed": _("{label}: value"),
        "fields_wrong": _("A field cannot be as it is."),
        "lost": _("The connection is lost; it is being tried again."),
        "back": _("The connection is back."),
        "copied": _("Copied."),
        "choose_file": _("Choose a file"),
    }


def toolbar(session: Session) -> list[Button]:
    """Steps back and on."""
    _, can = session.say, session.enabled
    return [
        _button("undo", _("Undo"), can["undo"]) | {"key": "Control+z"},
        _button("redo", _("Redo"), can["redo"]) | {"key": "Control+y"},
        _button("reset", _("Reset"), can["reset"]) | {"title": _("Move nothing any more")},
        _button("pin", _("Pin"), can["pin"]) | {"title": _("Keep this beside others, five at most")},
        _button("seek", _("What would it take?"), can["seek"]),
    ]


def saving(session: Session) -> list[Button]:
    """What is kept and shared."""
    _ = session.say
    name = {"id": "name", "kind": "text", "label": _("Name of the scenario"), "value": ""}
    save = _("Save the scenario") if session.saves else _("Download the scenario")
    return [
        name,
        _button("save", save),
        _button("load", _("Load a scenario")) | {"kind": "file"},
        _button("copy", _("Copy the link")),
        _button("report", _("Make the report")),
        _button("stop", _("Stop the report")),
        *(_button("export", said, form=form) for form, said in _exports(session).items()),
    ]


def _exports(session: Session) -> dict[str, str]:
    _ = session.say
    return {
        "png": _("Chart as PNG"),
        "svg": _("Chart as SVG"),
        "csv": _("Table as CSV"),
        "xlsx": _("Table as Excel"),
    }


def _button(action: str, label: str, enabled: bool = True, **arguments: str) -> Button:
    return {"action": action, "label": label, "enabled": enabled} | ({"arguments": arguments} if arguments else {})
