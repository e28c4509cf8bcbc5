"""How exact a published value is: the statuses in order, and the error that each of them carries."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

Status = Literal["exact", "rounded", "provisional", "approximate", "inferred"]
#: From the most to the least exact; the first one wins when a period has two values. A rounded value is a final one
#: told briefly, so it stands before a provisional one, which is precise but not final.
EXACTNESS: tuple[Status, ...] = ("exact", "rounded", "provisional", "approximate", "inferred")
#: Size of a revision, in percent of a provisional value, when nobody says it and none was seen. Ours, not learnt.
USUAL_REVISION = 2.0
#: Fewest periods whose value was seen revised before a revision size is computed from them.
FEWEST_REVISIONS = 3
#: Half the width of the central 80 % of a normal error, in standard deviations.
TAIL = 1.2815515655446004


def last_place(value: float) -> float:
    """Give the unit of the last digit that a value was told with: 0.1 for 27.9, 1,000 for 1,632,000.

    Zeros before the point count as rounding. A lone digit before them (30, 7,000) does not say where it was
    rounded: the unit is then a tenth of the value, or 1 when that is more. Ours: 30 % is not "25 to 35 %".
    """
    _sign, digits, exponent = Decimal(repr(abs(value))).normalize().as_tuple()
    place = float(Decimal(1).scaleb(int(exponent)))
    return place if place <= 1 or len(digits) > 1 else max(abs(value) / 10, 1.0)


def told_error(value: float, status: str, bounds: tuple[float | None, float | None] = (None, None)) -> float:
    """Standard deviation of the error with which a value was told, in its unit.

    Rounding hides anything within half a unit of the last place: `place / sqrt(12)`, the standard deviation of a
    uniform error. "About", "nearly", a subtraction or a complement: half a unit of the last place, nearly twice as
    much. A zero and a value on a bound stand as they are: the model's scale has its own doubt there.
    """
    if value == 0 or value in bounds:
        return 0.0
    match status:
        case "rounded":
            return last_place(value) / math.sqrt(12)
        case "approximate" | "inferred":
            return last_place(value) / 2
    return 0.0


def revision_size(pairs: Iterable[tuple[float, float]], *, points: bool) -> float | None:
    """Measure how much first values were off from those that came after; None from fewer than three periods.

    Parameters
    ----------
    pairs : iterable of (first, last)
        Values of one period each, as first and as last published.
    points : bool
        In points, for percentages; else as a share of the value.

    Returns
    -------
    float or None
        Root mean square of the differences, or of the log ratios: a revision that usually goes one way counts too.
    """
    if points:
        moves = [last - first for first, last in pairs]
    else:
        moves = [math.log(last / first) for first, last in pairs if first * last > 0]
    if len(moves) < FEWEST_REVISIONS:
        return None
    return math.sqrt(sum(move**2 for move in moves) / len(moves))
