"""The explorer's built page is what its sources build, and neither asks anything of another computer."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
STATIC = ROOT / "src" / "forecast" / "widgets" / "static"
BUILT = {"LICENSES.txt", "explorer.css", "explorer.js", "page.html", "page.js"}
#: Names of the vocabularies of XML, which a browser knows and never asks for.
VOCABULARIES = {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg", "http://www.w3.org/2000/xmlns/"}


@pytest.mark.skipif(
    (shutil.which("node") is None or not (WEB / "node_modules").is_dir()) and "FORECAST_REQUIRE" not in os.environ,
    reason="no Node.js on this computer, or its packages are not installed",
)
def test_the_sources_build_the_committed_page(tmp_path: Path) -> None:
    subprocess.run(["node", WEB / "build.mjs", tmp_path], check=True, capture_output=True)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(built) == BUILT
    differing = [name for name, content in built.items() if (STATIC / name).read_bytes() != content]
    assert differing == []


def test_the_lock_names_no_address_that_a_package_comes_from() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text("utf-8"))
    packages: dict[str, dict[str, Any]] = {name: package for name, package in lock["packages"].items() if name}
    assert {name for name, package in packages.items() if "resolved" in package} == set()
    assert {name for name, package in packages.items() if "integrity" not in package} == set()
    for package in packages.values():
        package.pop("funding", None)  # where its authors may be thanked: nothing is fetched from there
    assert "://" not in json.dumps(lock)


def test_dependencies_are_exact() -> None:
    wanted = json.loads((WEB / "package.json").read_text("utf-8"))["dependencies"]
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@pytest.mark.parametrize("name", sorted(BUILT - {"LICENSES.txt"}))
def test_the_built_page_names_no_address_to_ask(name: str) -> None:
    text = (STATIC / name).read_text("utf-8")
    assert set(re.findall(r"(?:https?|wss?):/{2}[^\"'`)\s]+", text)) <= VOCABULARIES
    assert re.search(r"url\(['\"]?(?!data:)", text) is None or name == "explorer.js"


def test_the_reports_style_is_kept_within_the_explorer() -> None:
    style = (STATIC / "explorer.css").read_text("utf-8")
    assert ".forecast-explorer table.board" in style
    rules = re.sub(r"@font-face\{[^}]*\}", "", style)
    heads = [head for group in re.findall(r"(?:^|[{}])([^{}@]+)\{", rules) for head in re.split(r",(?![^(]*\))", group)]
    assert [head for head in heads if not head.startswith((".forecast-explorer", ".forecast-page", "to", "from"))] == []


def test_every_bundled_package_has_its_licence_beside_the_page() -> None:
    text = (STATIC / "LICENSES.txt").read_text("utf-8")
    for name in ("vega-view", "vega-interpreter", "d3-array", "@fontsource/arimo"):
        assert re.search(rf"^{re.escape(name)} \d+\.\d+\.\d+ \(", text, re.MULTILINE)
    assert "SIL OPEN FONT LICENSE" in text
