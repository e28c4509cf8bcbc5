"""Ten people at the app at once: real WebSockets, each with a plan, an indicator and a lever of its own."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import numpy as np
from benchmarks.explorer_lab import Server
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Plan
from forecast.widgets.choices import acts
from forecast.widgets.state import LEVER

PEOPLE, SECONDS = 10, 20.0
#: Seconds from one change of a person to the next, at least and at most.
PACE = (0.2, 0.5)
PATIENCE = 60.0


@dataclass
class Person:
    """Somebody at the app: what they look at, what they move, and what came of it.

    Attributes
    ----------
    field : str
        Field that they move: a lever, or the value of the target.
    bounds : tuple of float
        Between which.
    waits : list of float
        Milliseconds from each change to its picture.
    foreign : int
        Pictures whose state was not their own.
    """

    plan: str
    indicator: str
    field: str
    bounds: tuple[float, float]
    waits: list[float] = field(default_factory=list)
    foreign: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells them apart."""
        return self.plan, self.indicator, self.field

    def owns(self, state: str, value: float) -> bool:
        """Whether the text of a state is theirs, with the value that they chose."""
        told = {name: values[0] for name, values in parse_qs(state).items()}
        mine = (told.get("plan"), told.get("indicator")) == (self.plan, self.indicator)
        others = [name for name in told if name.startswith(LEVER) and name != self.field]
        return mine and not others and abs(float(told.get(self.field, "nan")) - value) < 1e-9


def gather_people(catalogue: Catalogue, count: int = PEOPLE) -> list[Person]:
    """Find people who each look at something else: levers first, then values of targets."""
    plans = [catalogue.plan(name) for name in catalogue.plan_ids]
    levers = [
        Person(plan.id, indicator, f"{LEVER}{name}", lever.bounds)
        for plan in plans
        for name, lever in plan.levers.items()
        for indicator in plan.indicators
        if acts(lever, indicator, plan)
    ]
    values = [Person(plan.id, name, "value", (5.0, 95.0)) for plan in plans for name in _in_percent(plan)]
    found = levers[: count - 3] + values[:: max(1, len(values) // 3)]
    return found[:count]


def _in_percent(plan: Plan) -> list[str]:
    """Indicators whose target is a percentage."""
    return [
        name
        for name, one in plan.indicators.items()
        if one.unit == "%" and any(target.numeric and target.high is None for target in one.targets)
    ]


def measure_people(server: Server, people: Sequence[Person], seconds: float = SECONDS) -> None:
    """Have all of them at the app at once for so many seconds."""
    asyncio.run(_all_at_once(server, people, seconds))


async def _all_at_once(server: Server, people: Sequence[Person], seconds: float) -> None:
    headers = {"Origin": server.address, "Cookie": f"forecast-app-{server.port}={server.token}"}
    lines = [
        await websocket_connect(HTTPRequest(f"{server.address.replace('http', 'ws', 1)}/live", headers=headers))
        for _ in people
    ]
    try:
        for person, line in zip(people, lines, strict=True):  # what a first look costs is no answer to a change
            await _ask(line, 1, kind="open", state=f"plan={person.plan}&indicator={person.indicator}&language=en")
        pairs = enumerate(zip(people, lines, strict=True))
        await asyncio.gather(*(_stay(person, line, seconds, seed) for seed, (person, line) in pairs))
    finally:
        for line in lines:
            line.close()


async def _stay(person: Person, line: WebSocketClientConnection, seconds: float, seed: int) -> None:
    """Change something again and again, at times that no answer puts off: who waits, waits longer."""
    rng, seq = np.random.default_rng(seed), 1
    low, high = person.bounds
    due = time.perf_counter() + rng.uniform(0, PACE[1])
    last = due + seconds
    while due < last:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        seq, value = seq + 1, float(f"{rng.uniform(low, high):.3g}")
        told = str(value) if person.field == "value" else value
        picture = await _ask(line, seq, kind="change", changes={person.field: told})
        person.waits.append(1000 * (time.perf_counter() - due))
        person.foreign += not person.owns(picture["state"], value)
        due += rng.uniform(*PACE)


async def _ask(line: WebSocketClientConnection, seq: int, **message: Any) -> dict[str, Any]:
    """Say something, and wait for the picture that answers it."""
    await line.write_message(json.dumps({**message, "seq": seq}))
    while True:
        text = await asyncio.wait_for(asyncio.ensure_future(line.read_message()), PATIENCE)
        if text is None:
            raise RuntimeError("the app closed a page")
        answer: dict[str, Any] = json.loads(text)
        if answer["kind"] in ("refused", "said"):
            raise RuntimeError(f"refused: {answer}")
        if answer["kind"] == "picture" and answer["seq"] == seq:
            return answer
