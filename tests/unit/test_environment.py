"""The dependencies are written in three files; the tree is public: neither may drift."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Written in pieces, so that this file passes its own test
REGISTRY_HOSTS = ["py" + "pi.org", "python" + "hosted", "registry.n" + "pmjs", "npm" + "js.com", "ana" + "conda."]
MACHINE_PATHS = ["/" + folder + "/" for folder in ("work", "root", "opt/py" + "pi", "tmp/" + "bash")]


def requirements(lines: list[str]) -> dict[str, SpecifierSet]:
    return {canonicalize_name(found.name): found.specifier for found in map(Requirement, lines)}


def locked() -> dict[str, list[tuple[Version, int]]]:
    """Read the lock: the versions of each package, one per marker, with the number of their hashes."""
    pins: dict[str, list[tuple[Version, int]]] = {}
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            pin = Requirement(line.split("--hash")[0].strip())
            (only,) = pin.specifier
            assert only.operator == "==", line
            hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)
            pins.setdefault(canonicalize_name(pin.name), []).append((Version(only.version), len(hashes)))
    return pins


@pytest.fixture(scope="module")
def tree() -> dict[str, str]:
    """Text of every file that git follows or would follow."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: there is no list of tracked files")
    names = [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    assert "pyproject.toml" in names
    return {name: (ROOT / name).read_bytes().decode("utf-8", errors="replace") for name in names}


def find_lines(tree: dict[str, str], pattern: str) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in tree.items()
        if re.search(pattern, text)
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]


def test_conda_environment_has_the_dependencies_and_python_of_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    packages = requirements([line for line in environment["dependencies"] if isinstance(line, str)])
    assert packages.pop("python") == SpecifierSet(PROJECT["requires-python"])
    packages.pop("pip")
    assert packages == requirements(PROJECT["dependencies"])
    assert [line for line in environment["dependencies"] if isinstance(line, dict)] == [{"pip": ["-e ."]}]
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_every_pin_of_the_lock_has_a_hash():
    pins = locked()
    assert len(pins) > len(PROJECT["dependencies"])
    assert [name for name, versions in pins.items() for _, hashes in versions if hashes == 0] == []


def test_lock_names_no_address():
    assert not re.search(r"https?:|file:|--index-url|--find-links", (ROOT / "requirements.lock").read_text("utf-8"))


def test_lock_holds_a_version_that_pyproject_allows_for_each_dependency():
    pins = locked()
    wanted = requirements(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
    assert sorted(wanted.keys() - pins.keys()) == []
    outside = [
        f"{name} {version}, not {allowed}"
        for name, allowed in wanted.items()
        for version, _ in pins[name]
        if not allowed.contains(version)
    ]
    assert outside == []


def test_tracked_files_name_no_package_registry(tree):
    assert find_lines(tree, "|".join(map(re.escape, REGISTRY_HOSTS))) == []


def test_tracked_files_name_no_path_of_a_machine(tree):
    # Not after a letter or a colon: an address on the web may have such a folder
    assert find_lines(tree, rf"(?<![\w:.-])(?:{'|'.join(map(re.escape, MACHINE_PATHS))})") == []
