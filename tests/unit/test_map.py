"""The README's map names what exists, and all of it, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "forecast"
READMES = ["README.md", "README.fr.md"]


def read_map(readme: str) -> tuple[set[str], set[str]]:
    """Names at the left of the map, those inside the package apart from those at the top of the repository."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    (block,) = [found for found in re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S) if "src/forecast/" in found]
    names = [(len(line) - len(line.lstrip()), line.split()[0]) for line in block.splitlines() if line.strip()]
    return {name for indent, name in names if indent}, {name for indent, name in names if not indent}


def list_package() -> set[str]:
    modules = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    return modules | {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}


@pytest.mark.parametrize("readme", READMES)
def test_map_holds_every_module_and_nothing_else(readme):
    inside, _ = read_map(readme)
    assert inside == list_package()


@pytest.mark.parametrize("readme", READMES)
def test_map_names_files_and_folders_that_exist(readme):
    _, outside = read_map(readme)
    made_by_runs = {"results/"}
    assert [name for name in sorted(outside - made_by_runs) if not (ROOT / name).exists()] == []


def test_both_languages_have_the_same_map_and_commands():
    maps = [read_map(readme) for readme in READMES]
    assert maps[0] == maps[1]
    commands = [
        set(re.findall(r"^(?:make|forecast|conda|py|python3?) .*?(?= {2,}#|$)", (ROOT / name).read_text("utf-8"), re.M))
        for name in READMES
    ]
    assert commands[0] == commands[1]
