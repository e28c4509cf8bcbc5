"""One reader at the explorer: what they chose, and the answers to what their page asks.

The page and this module exchange plain messages (dictionaries, JSON on the way). `answer` gives the messages that
answer one of the page: the first at once, then the slow parts, one by one, until the page asks something newer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from forecast.errors import ForecastError
from forecast.plans.catalogue import Catalogue
from forecast.schema.language import Text, translator
from forecast.study import Bench, Study
from forecast.widgets.choices import begin, choose, make_scenario
from forecast.widgets.deeds import DEEDS, describe_pin
from forecast.widgets.foresight import Foreseen, Hand, foresee
from forecast.widgets.form import Look, groups
from forecast.widgets.history import History
from forecast.widgets.page import labels, saving, toolbar
from forecast.widgets.parts import PARTS, TITLES, Asked, Made, Pin, make_part
from forecast.widgets.picture import look_at, paint, tell_chart
from forecast.widgets.reading import Refused
from forecast.widgets.reports import Reports
from forecast.widgets.state import LEVER, State, read_state
from forecast.widgets.steps import BREATH
from forecast.widgets.workshop import Desk, Workshop

Message = dict[str, Any]
#: States that can be pinned.
MOST_PINNED = 5
#: Fields on which the form itself depends; another value of one makes the form again.
FORMING = ("plan", "indicator", "scenario", "language", "model", "as_of")


class Session:
    """A state and what it answers; used by one thread at a time.

    Parameters
    ----------
    catalogue : Catalogue
        Plans and scenarios on disk.
    language : {'fr', 'en'}, optional
        To begin with; that of the parameters when not given.
    saves : bool
        Whether scenarios and reports are written beside the plans; else they are only downloaded.
    workshop : Workshop, optional
        What it shares with other sessions.
    post : callable
        Sends a message that answers nothing, such as the progress of a report; may be called from any thread.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        language: str | None = None,
        saves: bool = True,
        workshop: Workshop | None = None,
        post: Callable[[Message], None] = lambda message: None,
    ) -> None:
        self.desk = Desk(workshop or Workshop(catalogue))
        self.saves, self.post = saves, post
        self.history = History(begin(self.desk, language=language))
        self.pins: dict[str, State] = {}
        self.reports = Reports(lambda: self.desk.catalogue, lambda message: self.post(message))
        self.last: str | None = None  # lever moved last
        self._known: set[str] = set()  # charts that the page has
        self._opened = False
        self._painted: State | None = None  # state of the last picture
        self._owed: tuple[str, ...] = ()  # parts of what is shown that the page has not
        self._looked: tuple[State, Look, Bench] | None = None
        self._hand = Hand()
        self._foreseen: list[Foreseen] = []
        self._pinned: tuple[object, Made] | None = None

    @property
    def state(self) -> State:
        """What the reader chose."""
        return self.history.now

    def close(self) -> None:
        """Let go of what goes on in the background: nobody is there to take it."""
        self.reports.stop()

    def say(self, message: str) -> str:
        """Translate one of our messages into the reader's language."""
        return translator(self.state.language)(message)

    def answer(self, message: Message) -> Iterator[Message]:
        """Answer a message of the page: the fast answer first, then the slow parts; nothing is ever raised.

        What an earlier answer was not given the time for comes in the end.
        """
        seq, started = message.get("seq", 0), time.perf_counter()
        yield from self._tell(lambda: self._answer(message), seq, started)
        yield from self._tell(self._overdue, seq, started)

    def _tell(self, work: Callable[[], Iterator[Message]], seq: int, started: float) -> Iterator[Message]:
        """Number and time the messages of some work, and turn what it raises into one."""
        try:
            for reply in work():
                timed = {"seconds": time.perf_counter() - started} if reply["kind"] == "picture" else {}
                yield reply if reply is BREATH else {"seq": seq, **reply, **timed}
        except Refused as error:
            yield {"kind": "refused", "seq": seq, "errors": error.errors}
        except ForecastError as error:
            yield {"kind": "said", "seq": seq, "text": str(error), "tone": "failed"}
        except Exception as error:  # the page stays alive, and says what the reader can report
            self._owed = ()
            said = self.say("Something went wrong here: {error}. What you see is as before.")
            yield {"kind": "said", "seq": seq, "text": said.format(error=repr(error)), "tone": "failed"}

    def _overdue(self) -> Iterator[Message]:
        """The picture and the parts that the page should have and has not: it asked for something else meanwhile."""
        return self.show() if self._opened and self._painted != self.state else self.parts(self._owed)

    def _answer(self, message: Message) -> Iterator[Message]:
        kind = message.get("kind")
        if kind == "open":
            return self._open(message.get("state"))
        if kind == "change":
            return self._change(dict(message.get("changes", {})))
        action = str(message.get("action"))
        if kind != "do" or action not in DEEDS:
            raise ForecastError(self.say("The page asked for something that is not known here."))
        return DEEDS[action](self, message)

    # What the page asks

    def _open(self, text: str | None) -> Iterator[Message]:
        """Show the page anew, from the text of a state where one is given; what is wrong with it is said."""
        self._known.clear()
        self._foreseen = []  # a picture may hold less of a chart than the page now needs
        self._opened, self._painted, wrong = True, None, None
        if text:
            try:
                self.go_to(self.state_of(text))
            except (Refused, ForecastError) as error:
                wrong = str(error)
        yield self.page()
        yield from self.show()
        if wrong:
            said = self.say("The link could not be followed: {reason}")
            yield {"kind": "said", "text": said.format(reason=wrong), "tone": "failed"}

    def _change(self, changes: Message) -> Iterator[Message]:
        before, looked = self.state, self._looked
        after = choose(before, changes, self.desk)
        self._try(after, changes)
        self.history.add(after, tuple(changes), time.monotonic())
        moved = [field.removeprefix(LEVER) for field in changes if field.startswith(LEVER)]
        self.last = moved[-1] if moved else self.last
        if any(getattr(before, name) != getattr(after, name) for name in FORMING):
            self.last = None if before.indicator != after.indicator else self.last
            yield self.page()
        yield from self.show(after=before, looked=looked)

    def _try(self, state: State, changes: Mapping[str, object]) -> None:
        """Look at a state before it counts; what cannot be computed is refused beside what was changed."""
        _ = translator(state.language)
        try:
            make_scenario(state, self.desk)
        except ForecastError:
            said = _(
                "This contradicts what the scenario to start from changes itself; choose another start or scenario."
            )
            raise Refused(dict.fromkeys(changes, said)) from None
        try:
            self.look(state)
        except ForecastError as error:
            said = _("This cannot be computed: {reason}").format(reason=str(error))
            raise Refused(dict.fromkeys(changes, said)) from None

    # What is shown

    @property
    def study(self) -> Study:
        """The study of what is shown, with what official methods say."""
        look, bench = self.look(self.state)
        return bench.run(look.study.scenario)

    def look(self, state: State) -> tuple[Look, Bench]:
        """Study and bench of a state; the last one is kept."""
        if self._looked is None or self._looked[0] != state:
            ready = next(((one.look, one.bench) for one in self._foreseen if one.state == state), None)
            self._looked = state, *(ready or look_at(state, self.desk))
        return self._looked[1], self._looked[2]

    def forget(self) -> None:
        """Forget what was worked out: a scenario is another under the same name."""
        self._looked = self._pinned = None
        self._foreseen = []

    def page(self) -> Message:
        """The whole form in the reader's language."""
        look, _bench = self.look(self.state)
        return {
            "kind": "page",
            "language": self.state.language,
            "title": self.say("What if?"),
            "labels": labels(self.state.language),
            "groups": groups(look),
            "toolbar": toolbar(self),
            "saving": saving(self),
            "parts": [{"id": name, "title": self.say(title)} for name, title in TITLES.items()],
            "state": self.state.text(),
        }

    def show(self, *, after: State | None = None, looked: tuple[State, Look, Bench] | None = None) -> Iterator[Message]:
        """The picture, then the slow parts; after a step from another state, between them, what may be next."""
        look, _bench = self.look(self.state)
        self._painted, self._owed = self.state, tuple(PARTS)
        yield self._paint(look) | {"enabled": self.enabled}
        yield from self._look_ahead(after or self.state, looked)
        yield from self.parts(self._owed)

    def _paint(self, look: Look) -> Message:
        ready = next((one for one in self._foreseen if one.look is look), None)
        if ready is None:
            return paint(look, self._known)
        self._known |= ready.known
        return ready.picture

    def _look_ahead(self, before: State, looked: tuple[State, Look, Bench] | None) -> Iterator[Message]:
        """What the next step may show, for the page to have at hand; `looked` is what was seen before this one."""
        going = self._hand.go(before, self.state)
        self._foreseen = []
        if going is None:
            yield BREATH
            return
        lever, values = going
        for value in values:
            state = replace(self.state, levers={**self.state.levers, lever: value})
            found = looked[1:] if looked and looked[0] == state else None
            try:
                ready = foresee(state, self.desk, self._known, found)
            except ForecastError:  # told when it is asked for
                continue
            self._foreseen.append(ready)
            yield {"kind": "foreseen", "field": f"{LEVER}{lever}", "value": value, "picture": ready.picture}

    def parts(self, names: tuple[str, ...]) -> Iterator[Message]:
        """Slow parts, one by one."""
        asked = self.asked()
        for name in names:
            for made in self._pins(asked) if name == "pins" else make_part(name, asked):
                yield BREATH if made is None else self.part(name, made)

    def _pins(self, asked: Asked) -> Iterator[Made | None]:
        """The pinned states, made anew only when they or the language change: no slider moves them."""
        near = self._near_pins()
        key = self.state.language, tuple(near.items())
        if self._pinned is None or self._pinned[0] != key:
            made = Made()
            for step in make_part("pins", replace(asked, pins=self._named_pins(near))):
                yield None
                made = step or made
            self._pinned = key, made
        yield self._pinned[1]

    def part(self, name: str, made: Made) -> Message:
        """The message of a part; a chart is compiled the first time that the page gets it."""
        self._owed = tuple(one for one in self._owed if one != name)
        told = {"kind": "part", "id": name, "title": self.say(TITLES[name]), "html": str(made.html)}
        return told if made.chart is None else told | {"chart": tell_chart(made.chart, made.alt, self._known)}

    def asked(self) -> Asked:
        """What the slow parts are made from."""
        look, bench = self.look(self.state)
        return Asked(look, bench, look.study.scenario, self.last)

    @property
    def enabled(self) -> dict[str, bool]:
        """Which buttons do something now."""
        foreseen = self.asked().foreseen
        room = len(self.pins) < MOST_PINNED and self.state not in self.pins.values()
        return {**self.history.can, "reset": self.state.moved, "pin": foreseen and room, "seek": foreseen}

    def _near_pins(self) -> dict[str, State]:
        """Pinned states that can stand beside what is shown: of the same indicator, as known on the same day."""
        about = attrgetter("plan", "indicator", "model", "as_of")
        return {number: state for number, state in self.pins.items() if about(state) == about(self.state)}

    def _named_pins(self, pins: Mapping[str, State]) -> tuple[Pin, ...]:
        """Pinned states as scenarios, each named by its number and described by what it moves."""
        _ = self.say
        made = []
        for number, state in pins.items():
            named = _("Pin {number}").format(number=number)
            update = {"id": f"pin_{number}", "title": Text(fr=named, en=named)}
            scenario = make_scenario(state, self.desk).model_copy(update=update)
            made.append(Pin(number, scenario, describe_pin(state.spoken(self.state.language), self)))
        return tuple(made)

    # What changes it

    def go_to(self, state: State) -> None:
        """Go on to a state, once it has been computed."""
        self._try(state, {"plan": state.plan})
        self.history.add(state)

    def begin_with(self, text: str, fields: Mapping[str, object]) -> None:
        """Begin anew with the text of a state, if any, and with fields chosen on top of it.

        Raises
        ------
        Refused
            If something cannot be as chosen, or what is chosen cannot be computed.
        """
        state = self.state_of(text) if text else self.state
        state = choose(state, fields, self.desk)
        self._try(state, dict(fields) or {"state": text})
        self.history = History(state)

    def state_of(self, text: str) -> State:
        """Read the text of a state.

        Raises
        ------
        Refused
            With what is wrong in it.
        """
        try:
            fields = read_state(text)
        except ValueError:
            raise Refused({"state": self.say("this is not the text of a state")}) from None
        start = begin(self.desk, language=self.state.language)
        return choose(replace(start), fields, self.desk)
