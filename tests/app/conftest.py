"""Fixtures of the app's tests: stand-ins for the built files, and a server on them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.served_app import served

from forecast.widgets.app import TYPES


@pytest.fixture
def static(tmp_path: Path) -> Path:
    for name in TYPES:
        (tmp_path / name).write_text(f"this is {name}", "utf-8")
    return tmp_path


@pytest.fixture
def site(static: Path) -> Callable[..., Any]:
    """Start a server: `async with site(most=2) as here:`."""
    return functools.partial(served, static)
