"""When runs are due: the next times, and their export to cron and systemd."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from forecast.runs.matrix import Matrix

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def next_times(matrix: Matrix, now: datetime, count: int) -> dict[str, list[datetime]]:
    """The next times of every entry, in the time zone of the matrix; right on both clock changes."""
    zone = ZoneInfo(matrix.time_zone)
    found = {}
    for name, entry in matrix.runs.items():
        times = CronSim(entry.when, now.astimezone(zone))
        found[name] = [next(times) for _ in range(count)]
    return found


def export_cron(matrix: Matrix, command: str, folder: str) -> str:
    """Lines of a crontab that call `forecast run`; cron reads % as a line end, so it is escaped."""
    lines = [
        f"# Times are those of {matrix.time_zone}: set this computer to that zone, or use a cron that knows CRON_TZ.",
        f"CRON_TZ={matrix.time_zone}",
    ]
    for name, entry in matrix.runs.items():
        call = f"cd {quote(folder)} && {quote(command)} run --entry {quote(name)}".replace("%", r"\%")
        lines.append(f"{entry.when} {call}")
    return "\n".join(lines)


def export_systemd(matrix: Matrix, command: str, folder: str) -> str:
    """A service and a timer unit for every entry, each under a comment that names its file."""
    units = []
    for name, entry in matrix.runs.items():
        calendar = "\n".join(f"OnCalendar={time} {matrix.time_zone}" for time in to_calendar(entry.when))
        units.append(
            f"# forecast-{name}.service\n[Unit]\nDescription=Forecast reports ({name})\n\n[Service]\nType=oneshot\n"
            f"WorkingDirectory={escape_unit(folder)}\n"
            f"ExecStart={quote_unit(command)} run --entry {quote_unit(name)}\n\n"
            f"# forecast-{name}.timer\n[Unit]\nDescription=When forecast reports are due ({name})\n\n[Timer]\n"
            f"{calendar}\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
        )
    return "\n".join(units).rstrip()


def quote(text: str) -> str:
    """Quote for the shell."""
    import shlex

    return shlex.quote(text)


def escape_unit(text: str) -> str:
    """Escape the percent sign, which begins a specifier in a unit file."""
    return text.replace("%", "%%")


def quote_unit(text: str) -> str:
    """Quote a word of a unit's command line."""
    escaped = escape_unit(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{escaped}"' if re.search(r"\s", escaped) else escaped


def to_calendar(cron: str) -> list[str]:
    """Translate a cron time into systemd's; two when both day fields are set, since cron then means either.

    A day field that begins with `*`, as `*/2` does, does not count as set: then both must hold.
    """
    minute, hour, day, month, weekday = cron.split()
    clock = f"{_field(hour, 0)}:{_field(minute, 0)}:00"
    months = _field(_names(month, _MONTHS, 1), 1)
    week = _weekdays(weekday)
    every = f"*-{months}-*"
    dated = f"*-{months}-{_field(day, 1)} {clock}"
    if day.startswith("*") or weekday.startswith("*"):
        return [f"{week} {dated}".strip()]
    return [dated, f"{week} {every} {clock}"]


def _field(text: str, first: int) -> str:
    """One numeric field: `*/5` becomes `0/5`, `1-5` becomes `1..5`, numbers get two digits."""
    if text == "*":
        return "*"
    parts = []
    for part in text.split(","):
        span, _, step = part.partition("/")
        start, dash, end = span.partition("-")
        begin = f"{first:02d}" if start == "*" else f"{int(start):02d}"
        parts.append(begin + (f"..{int(end):02d}" if dash else "") + (f"/{int(step)}" if step else ""))
    return ",".join(parts)


def _names(text: str, names: tuple[str, ...], first: int) -> str:
    return re.sub(r"[A-Za-z]{3}", lambda match: str(names.index(match.group().upper()) + first), text)


def _weekdays(text: str) -> str:
    """Weekdays by name, 0 and 7 both Sunday; ranges and steps are written out, as systemd's week begins on Monday."""
    if text == "*":
        return ""
    upper = tuple(day.upper() for day in _DAYS[:7])
    numbers: list[int] = []
    for part in _names(text, upper, 0).split(","):
        span, _, step = part.partition("/")
        start, dash, end = span.partition("-")
        first, last = (0, 6) if start == "*" else (int(start), int(end) if dash else int(start))
        numbers += range(first, last + 1, int(step) if step else 1)
    return ",".join(dict.fromkeys(_DAYS[number] for number in sorted(number % 7 or 7 for number in numbers)))
