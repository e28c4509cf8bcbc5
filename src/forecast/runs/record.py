"""`run.json`, the only truth about a run: reading, finding and placing run folders."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.errors import RunError

RECORD = "run.json"
#: Keys without which a record is not one of ours.
NEEDED = frozenset(
    ("plan", "scenario", "language", "as_of", "outcome", "error", "inputs", "files", "finished", "scenario_resolved")
)
#: Where runs are made before they are renamed into place.
ASIDE = ".work"


@dataclass(frozen=True)
class Run:
    """A run that was made: its folder and its record."""

    folder: Path
    record: dict[str, Any]

    @property
    def done(self) -> bool:
        """Whether it came to its end."""
        return bool(self.record["outcome"] == "done")

    @property
    def whole(self) -> bool:
        """Whether every file it left is still there."""
        return all((self.folder / name).is_file() for name in self.record["files"])

    def __getattr__(self, name: str) -> Any:
        try:
            return self.record[name]
        except KeyError:
            raise AttributeError(name) from None


def find_runs(results: Path) -> list[Run]:
    """Every run with a readable record, oldest first; folders without one are not runs."""
    return sorted(_read_all(results), key=lambda run: (run.record["finished"], run.folder.name))


def _read_all(results: Path) -> Iterator[Run]:
    for path in results.glob(f"[!.]*/*/*/{RECORD}"):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(record, dict) and record.keys() >= NEEDED:
            yield Run(path.parent, record)


def find_same(runs: list[Run], plan: str, scenario: str, language: str, inputs: str) -> Run | None:
    """The last run that came to its end with the same inputs in the same language, whatever its date."""
    key = (plan, scenario, language, inputs)
    same = [
        run
        for run in runs
        if run.done and run.whole and (run.plan, run.scenario, run.language, run.inputs["hash"]) == key
    ]
    return same[-1] if same else None


def place(work: Path, results: Path, record: Mapping[str, Any]) -> Path:
    """Write the record and rename the folder into place under the next free number; nothing is ever replaced."""
    (work / RECORD).write_text(
        json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    parent: Path = results / record["plan"] / record["scenario"]
    parent.mkdir(parents=True, exist_ok=True)
    name = f"{record['as_of']}_{record['language']}_{record['inputs']['hash'][:8]}"
    number = 1
    while True:
        target = parent / (name if number == 1 else f"{name}-{number}")
        try:
            if not target.exists():
                work.rename(target)  # fails on a folder that another run has just put there
                return target
        except OSError:
            if not target.exists():
                raise
        number += 1


def results_folder(name: str) -> Path:
    """Take a folder's name as typed; refuse what Papermill would format or fetch."""
    if "{" in name or "}" in name or "://" in name:
        raise RunError(f"output folder '{name}': name a plain local folder, without {{, }} or a scheme such as s3://")
    return Path(name).absolute()


def check_results(results: Path) -> None:
    """Make sure that a results folder can be written to, before any kernel starts."""
    probe = results / ASIDE / f"probe-{os.getpid()}"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise unwritable(results, error) from None


def unwritable(results: Path, error: OSError) -> RunError:
    """Say that a results folder cannot be written to, and why."""
    return RunError(f"output folder '{results}' cannot be written: {error.strerror}; choose another with --out")
