"""What the buttons of the explorer do: steps, pins, files, and what it would take."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from forecast.errors import ForecastError, ScenarioError
from forecast.reporting.drawing import render_svg, to_png
from forecast.reporting.exploring import acting, explored_sentence, lever_words
from forecast.reporting.export import to_csv, to_excel
from forecast.scenarios.library import BASELINE, COMPARISON, parse
from forecast.scenarios.model import ScenarioFile
from forecast.schema.files import parse_yaml
from forecast.schema.language import Text
from forecast.widgets.choices import EXPLORED
from forecast.widgets.parts import Made, sought
from forecast.widgets.picture import draw, look_at
from forecast.widgets.reading import Refused
from forecast.widgets.reports import Order
from forecast.widgets.saving import NAMELESS, make_file, make_id, save, write_text
from forecast.widgets.state import State

if TYPE_CHECKING:
    from forecast.widgets.session import Session

Message = dict[str, Any]
Deed = Callable[["Session", Message], Iterator[Message]]
#: Longest file that is read, characters.
LONGEST = 200_000
YAML, CSV, XLSX = "text/yaml", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _undo(session: Session, message: Message) -> Iterator[Message]:
    session.history.undo()
    yield from _again(session)


def _redo(session: Session, message: Message) -> Iterator[Message]:
    session.history.redo()
    yield from _again(session)


def _reset(session: Session, message: Message) -> Iterator[Message]:
    session.go_to(session.state.unmoved())
    yield from _again(session)


def _again(session: Session) -> Iterator[Message]:
    """Show everything, as after a step to another state."""
    yield session.page()
    yield from session.show()


# Pins


def _pin(session: Session, message: Message) -> Iterator[Message]:
    if not session.enabled["pin"]:
        raise ScenarioError(session.say("Five states can be pinned, each once; take one away first."))
    free = next(str(number) for number in range(1, 100) if str(number) not in session.pins)
    session.pins[free] = session.state
    yield {"kind": "said", "text": session.say("Pinned as {number}.").format(number=free), "tone": "done"}
    yield from session.parts(("pins",))


def _unpin(session: Session, message: Message) -> Iterator[Message]:
    session.pins.pop(str(message.get("pin")), None)
    yield {"kind": "said", "text": session.say("Taken away."), "tone": "done"}
    yield from session.parts(("pins",))


def _restore(session: Session, message: Message) -> Iterator[Message]:
    pinned = session.pins.get(str(message.get("pin")))
    if pinned is None:
        raise ScenarioError(session.say("There is no such pin."))
    session.go_to(pinned)
    yield from _again(session)


def describe_pin(state: State, session: Session) -> str:
    """Describe a pinned state by the scenario that it starts from and by what is moved."""
    look, _bench = look_at(state, session.desk)
    scenario, plan, voice = look.study.scenario, look.plan, look.voice
    moved = [lever_words(name, move, plan, voice) for name, move in acting(scenario, state.indicator, plan).items()]
    base = voice.text(session.desk.scenario(state.plan, state.scenario).title)
    return ", ".join([base, *moved])


# Files


def _name(session: Session, message: Message) -> tuple[str, str]:
    """Name that was typed, and the id made of it."""
    name = _typed_name(message)
    id = make_id(name)
    if not id:
        raise Refused({"name": session.say("Write a name, such as: two centres, demand at 8%.")})
    known = session.desk.scenarios_of(session.state.plan) if session.saves else ()
    if id in (COMPARISON, EXPLORED, BASELINE, *known):
        raise Refused({"name": session.say("This name is taken; choose another one.")})
    return name, id


def _typed_name(message: Message) -> str:
    return " ".join(str(message.get("name", "")).split())[:120]


def named_file(session: Session, name: str) -> ScenarioFile:
    """Make a scenario file of the state, described in both languages."""
    said = {}
    for language in ("fr", "en"):
        look, _bench = look_at(session.state.spoken(language), session.desk)
        said[language] = explored_sentence(look.case, look.case.leading, look.study, look.voice)
    base = session.desk.scenario(session.state.plan, session.state.scenario)
    plan = session.desk.plan(session.state.plan)
    title = Text(fr=name, en=name) if name else NAMELESS
    return make_file(session.state, base, plan, title=title, description=Text(**said))


def _save(session: Session, message: Message) -> Iterator[Message]:
    name, id = _name(session, message)
    file, state = named_file(session, name), session.state
    if session.saves and session.desk.brought(state.plan, state.scenario):
        raise ScenarioError(
            session.say("It starts from a scenario that was loaded and is not among those of the plan.")
        )
    if not session.saves:
        yield _file(f"{id}.yaml", YAML, write_text(file).encode())
        return
    try:
        path = save(file, session.desk.catalogue, session.desk.plan(state.plan), id)
    except ScenarioError as error:
        raise Refused({"name": str(error)}) from None
    said = session.say("Saved as {path}; it is run by: {command}")
    told = {
        "path": session.desk.catalogue.shown(path),
        "command": f"forecast run --plan {state.plan} --scenario {id}",
    }
    yield {"kind": "said", "text": said.format(**told), "tone": "done"}
    yield session.page()


def _load(session: Session, message: Message) -> Iterator[Message]:
    """Take a scenario file that the reader brings, or the text of a state."""
    name, text = str(message.get("name", "")), str(message.get("text", ""))
    if len(text) > LONGEST:
        raise ScenarioError(session.say("The file is too long to be a scenario."))
    if text.lstrip("?").startswith("plan="):
        session.go_to(session.state_of(text))
    else:
        plan = session.desk.plan(session.state.plan)
        id = make_id(name.rsplit(".", 1)[0]) or "loaded"
        scenario = parse(parse_yaml(text, name or "scenario.yaml"), session.desk.catalogue, plan, id)
        session.desk.bring(scenario, text)
        session.forget()
        session.go_to(session.state.unmoved(scenario=id))
    yield from _again(session)


def _copy(session: Session, message: Message) -> Iterator[Message]:
    text = session.state.text()
    address = str(message.get("address", ""))
    link = f"{address.split('?')[0].split('#')[0]}?{text}" if address else text
    yield {"kind": "said", "text": session.say("The link to what you see:"), "tone": "done", "copy": link}


def _export(session: Session, message: Message) -> Iterator[Message]:
    look, _bench = session.look(session.state)
    name = f"{look.state.indicator}_{look.study.scenario.id}"
    form, language, indicator = str(message.get("form")), look.state.language, look.state.indicator
    if form in ("png", "svg"):
        spec = draw(look)
        if spec is None:
            raise ForecastError(session.say("There is no chart to export."))
        content = to_png(spec) if form == "png" else render_svg(spec).encode()
        yield _file(f"{name}.{form}", "image/png" if form == "png" else "image/svg+xml", content)
    elif form == "csv":
        yield _file(f"{name}.csv", CSV, to_csv(session.study, language, indicator))
    elif form == "xlsx":
        yield _file(f"{name}.xlsx", XLSX, to_excel(session.study, language, indicator))
    else:
        raise ForecastError(session.say("The page asked for something that is not known here."))


def _file(name: str, mime: str, content: bytes) -> Message:
    return {"kind": "file", "name": name, "mime": mime, "base64": base64.b64encode(content).decode()}


# What it would take, and the report


def _seek(session: Session, message: Message) -> Iterator[Message]:
    """Say for the pace and for every lever how far it would have to go."""
    asked = session.asked()
    yield {"kind": "said", "text": session.say("Looking for what it would take."), "tone": "busy"}
    html = sought(asked, [None, *asked.look.levers()])
    yield session.part("take", Made(html))
    yield {"kind": "said", "text": session.say("What it would take is below the chart."), "tone": "done"}


def _report(session: Session, message: Message) -> Iterator[Message]:
    state, desk = session.state, session.desk
    files = {}
    if own := desk.brought(state.plan, state.scenario):
        files[state.scenario] = own
    if state.moved:
        files[EXPLORED] = write_text(named_file(session, _typed_name(message)))
    order = Order(
        plan=desk.plan(state.plan),
        scenario=EXPLORED if state.moved else state.scenario,
        language=state.language,
        model=state.model,
        as_of=state.as_of,
        files=files,
        results=desk.catalogue.root / "results" if session.saves else None,
    )
    if not session.reports.start(order):
        raise ForecastError(session.say("A report is being made; wait for it, or stop it."))
    yield {"kind": "said", "text": session.say("The report is being made."), "tone": "busy", "progress": 0.0}


def _stop(session: Session, message: Message) -> Iterator[Message]:
    if not session.reports.at_work:
        raise ForecastError(session.say("No report is being made."))
    session.reports.stop()  # that it stopped is said when it has
    yield {"kind": "said", "text": session.say("The report is being stopped."), "tone": "busy"}


DEEDS: Mapping[str, Deed] = {
    "undo": _undo,
    "redo": _redo,
    "reset": _reset,
    "pin": _pin,
    "unpin": _unpin,
    "restore": _restore,
    "save": _save,
    "load": _load,
    "copy": _copy,
    "export": _export,
    "seek": _seek,
    "report": _report,
    "stop": _stop,
}
