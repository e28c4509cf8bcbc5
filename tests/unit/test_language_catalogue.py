"""Every message of the program has a French translation, written as Québec French is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parents[2] / "src" / "forecast"
CATALOGUE = PACKAGE / "locale" / "fr.po"
#: Functions that take messages, and the positions of those messages.
KEYWORDS: dict[str, tuple[int, ...]] = {"_": (1,), "N_": (1,), "plural": (2, 3), "counted": (1, 2), "say": (1,)}


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fr_CA")


@pytest.fixture(scope="module")
def messages() -> set[str]:
    extracted = set()
    for _file, _line, found, _comments, _context in extract_from_dir(PACKAGE, keywords=KEYWORDS):
        extracted |= {found} if isinstance(found, str) else set(found)
    return extracted | set(read_calls())


def read_calls() -> Iterator[str]:
    """Messages inside f-strings, which Babel does not read before Python 3.12, and `translator(language)(…)`."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                for place in find_places(node):
                    if place <= len(node.args) and isinstance(text := node.args[place - 1], ast.Constant):
                        yield text.value


def find_places(call: ast.Call) -> tuple[int, ...]:
    if isinstance(call.func, ast.Call):
        return (1,) if getattr(call.func.func, "id", "") == "translator" else ()
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return KEYWORDS.get(name, ())


def test_every_message_has_a_french_translation(catalogue, messages):
    assert sorted(message for message in messages if not catalogue.get(message) or not catalogue[message].string) == []


def test_no_translation_is_fuzzy_or_obsolete(catalogue, messages):
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert list(catalogue.obsolete) == []
    assert sorted({message.id for message in catalogue if message.id} - messages) == []


def test_placeholders_are_the_same_in_both_languages(catalogue):
    def fields(text):
        return sorted(re.findall(r"\{\w*\}", text))

    assert [message.id for message in catalogue if message.id and fields(message.id) != fields(message.string)] == []


@pytest.mark.parametrize(
    "fault",
    [
        r" [:»%$]",  # an ordinary space before a sign that must not stand at the start of a line
        r"[^\u00a0]:",  # anything else than a no-break space before a colon
        r"« ",
        r"\s[;?!]\s",  # Québec use: no space before these
        r"\w'\w",  # typewriter apostrophe
    ],
)
def test_french_typography(catalogue, fault):
    assert [message.string for message in catalogue if message.id and re.search(fault, message.string)] == []
