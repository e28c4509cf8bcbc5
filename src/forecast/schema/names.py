"""Names that become files and folders: plain ids, nothing that a path or a formatter would interpret."""

from __future__ import annotations

import re

from forecast.errors import ForecastError, PlanError


def check_name(name: str, what: str, error: type[ForecastError] = PlanError) -> str:
    """Refuse a name that could leave its folder or be fetched: `..`, `/`, `{`, `s3://`."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,79}", name):
        raise error(
            f"{what} '{name}' is not a plain name; write lower-case letters, digits and _ only, such as demand_grows"
        )
    return name
