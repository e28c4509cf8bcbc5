"""A report of what is explored, made by the same run as every other, in the background and with its progress told."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from forecast.errors import ForecastError, RunError
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Plan
from forecast.runs.index import write_index
from forecast.runs.make import Outcome, Request, make_runs
from forecast.runs.matrix import Job
from forecast.schema.language import translator
from forecast.schema.parameters import Parameters

#: Reports made at one time by all readers together: each is a process of its own.
AT_ONCE = threading.BoundedSemaphore(2)
Message = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """A report to make.

    Attributes
    ----------
    files : mapping of str to str
        Texts, by id, of scenarios that are not on disk; they are run beside the others, from a copy of the folder.
    results : Path or None
        Folder that keeps the run; None keeps only what is sent to the reader.
    """

    plan: Plan
    scenario: str
    language: str
    model: str
    as_of: date
    files: Mapping[str, str]
    results: Path | None


class Reports:
    """The report of one reader: at most one at a time, made in a thread of its own."""

    def __init__(self, catalogue: Callable[[], Catalogue], post: Callable[[Message], None]) -> None:
        self._catalogue, self._post = catalogue, post
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def at_work(self) -> bool:
        """Whether a report is being made."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, order: Order) -> bool:
        """Begin to make a report; False while another one is being made."""
        if self.at_work:
            return False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._make, args=(order, self._stop), daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """Stop the report that is being made."""
        self._stop.set()

    def _make(self, order: Order, stop: threading.Event) -> None:
        _ = translator(order.language)
        try:
            self._say(_("The report waits for its turn."), progress=0.0)
            with _turn(stop), _root(order, self._catalogue()) as (catalogue, results):
                self._finish(order, self._run(order, catalogue, results, stop))
        except (ForecastError, OSError) as error:
            said = _("The report was stopped.") if stop.is_set() else _("The report could not be made: {reason}")
            self._post({"kind": "said", "text": said.format(reason=error), "tone": "failed"})

    def _run(self, order: Order, catalogue: Catalogue, results: Path, stop: threading.Event) -> Outcome:
        _ = translator(order.language)
        self._say(_("The report is being made."), progress=0.0)

        def tell(job: Job, done: int, total: int) -> None:
            self._say(
                _("The report is being made: step {done} of {total}.").format(done=done, total=total), done / total
            )

        request = Request(
            catalogue,
            results,
            Parameters.load(catalogue.root).with_values(model=order.model),
            order.as_of,
            as_of_given=order.as_of != date.today(),
        )
        job = Job(order.plan.id, order.scenario, order.language)
        (outcome,) = make_runs(request, [job], progress=tell, stop=stop)
        if outcome.state == "failed":
            raise RunError(outcome.error or "failed")
        if order.results is not None:
            write_index(results, self._catalogue(), date.today())
        return outcome

    def _finish(self, order: Order, outcome: Outcome) -> None:
        """Send the report to the reader, and say where it is kept."""
        _ = translator(order.language)
        page = (outcome.folder / "report.html").read_bytes()
        name = f"{order.plan.id}_{order.scenario}_{order.language}.html"
        content = base64.b64encode(page).decode()
        file = {"kind": "file", "name": name, "mime": "text/html", "base64": content, "open": True}
        if order.results is not None:
            said = _("The report is ready; it is kept in {folder}.")
            file["text"] = said.format(folder=outcome.folder.relative_to(order.results.parent).as_posix())
        self._post(file)

    def _say(self, text: str, progress: float) -> None:
        self._post({"kind": "said", "text": text, "tone": "busy", "progress": progress})


@contextmanager
def _turn(stop: threading.Event) -> Iterator[None]:
    """Wait for a turn, unless it is stopped before it comes."""
    while not AT_ONCE.acquire(timeout=0.5):
        if stop.is_set():
            raise RunError("stopped")
    try:
        yield
    finally:
        AT_ONCE.release()


@contextmanager
def _root(order: Order, catalogue: Catalogue) -> Iterator[tuple[Catalogue, Path]]:
    """Give the folder to run in, and where the results go: a copy holds a scenario that is not on disk."""
    with TemporaryDirectory(prefix="forecast-") as kept:
        root = Path(kept)
        results = order.results or root / "results"
        if not order.files:
            yield catalogue, results
            return
        for name in ("data", "notebooks"):
            (root / name).symlink_to(catalogue.root / name, target_is_directory=True)
        folder = root / "parameters" / order.plan.id
        folder.mkdir(parents=True)
        for path in (*(catalogue.root / "parameters").glob("*.yaml"), *_siblings(catalogue, order.plan)):
            copy = root / path.relative_to(catalogue.root)
            copy.write_bytes(path.read_bytes())
        for id, text in order.files.items():
            (folder / f"{id}.yaml").write_text(text, encoding="utf-8")
        yield Catalogue(root), results


def _siblings(catalogue: Catalogue, plan: Plan) -> Iterator[Path]:
    yield from (catalogue.root / "parameters" / plan.id).glob("*.yaml")
