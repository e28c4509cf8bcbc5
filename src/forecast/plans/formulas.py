"""Formulas of driver trees: read by an allow-list, never executed.

A formula is arithmetic on ids: numbers, ``+ - * /``, powers with a small whole exponent and a dozen functions. The
text passes three gates before it becomes a tree of our own: its length; its characters and words, in an order that
arithmetic allows; and the nodes of Python's syntax tree. Python's parser only ever sees what passed the first two,
and no code is made of it.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Literal, TypeAlias

from forecast.errors import DataError, nearest

Operator: TypeAlias = Literal["+", "-", "*", "/", "**"]
#: Functions and how many arguments each takes. `lag` is the value one period earlier; `stock` the last known value
#: of the indicator plus all of its argument since; `log` is natural; `mean` that of two numbers.
FUNCTIONS: Mapping[str, int] = {
    "abs": 1,
    "sqrt": 1,
    "exp": 1,
    "log": 1,
    "floor": 1,
    "ceil": 1,
    "lag": 1,
    "stock": 1,
    "min": 2,
    "max": 2,
    "mean": 2,
    "clip": 3,
}
LONGEST, DEEPEST, MOST = 2_000, 30, 300  # characters; parentheses in one another; numbers, names and signs
LARGEST, STEEPEST = 1e15, 4  # numbers; exponents

_TOKEN = re.compile(
    r"[ \t]*(?:(?P<number>(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign>\*\*|[-+*/(),]))",
    re.ASCII,
)
_ID = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_OPERATORS: Mapping[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
#: What to write for characters that look like arithmetic, or come with pasted text.
_INSTEAD = {
    **dict.fromkeys("×✕✖∗·⋅∙•", "write *"),
    **dict.fromkeys("÷∕⁄∶", "write /"),
    **dict.fromkeys("−–—‐‑‒", "write -"),
    **{"²": "write ** 2", "³": "write ** 3", "√": "write sqrt( )", "‰": "divide by 1000"},
    **dict.fromkeys("\u00a0\u202f\u2007\u2009\u3000", "write a plain space, and none inside a number"),
    **dict.fromkeys("‘’“”«»", "a formula holds no text; write ids without quotes"),
    **dict.fromkeys("\n\r\v\f\x85\u2028\u2029", "write the formula on one line"),
    **dict.fromkeys("'\"`", "a formula holds no text; write ids without quotes"),
    **dict.fromkeys("[]{}", "a formula holds no lists; write ids, and ( ) to group"),
    **dict.fromkeys("<>=!", "a formula compares and names nothing; write its arithmetic alone"),
    **{".": "a point stands only inside a number, such as 27.9", "^": "write ** for a power"},
    "%": "a formula holds no percentages; divide by 100",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """The values of a driver or indicator."""

    id: str


@dataclass(frozen=True, slots=True)
class Negative:
    """A value with the other sign."""

    of: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """Two values joined; the right of ``**`` is a Number, whole, from -4 to 4."""

    op: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """One of `FUNCTIONS` with its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Number | Name | Negative | Operation | Call


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it was written and as it was read.

    Attributes
    ----------
    text : str
        As written, without the spaces around it.
    names : tuple of str
        Ids that it uses, in the order of their first appearance.
    tree : Node
        What is computed.
    """

    text: str
    names: tuple[str, ...]
    tree: Node

    @property
    def is_stock(self) -> bool:
        """Whether it is a running sum on top of the last known value of the indicator."""
        return isinstance(self.tree, Call) and self.tree.function == "stock"

    @property
    def looks_back(self) -> bool:
        """Whether it uses values one period earlier."""
        return any(isinstance(node, Call) and node.function == "lag" for node in walk(self.tree))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "word", "sign"]
    text: str
    column: int


@lru_cache(maxsize=1_024)
def parse_formula(text: str) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        At most 2,000 characters, such as ``100 * plasma_collected / plasma_required``.

    Returns
    -------
    Formula
        The names that it uses and its tree, of at most 300 nodes.

    Raises
    ------
    DataError
        If it is anything but arithmetic on ids; columns count from 1 in the text without the spaces around it.
    """
    if len(text) > LONGEST:
        raise DataError(f"the formula has {len(text):,} characters; write at most {LONGEST:,}, and drivers for parts")
    text = text.strip()
    if not text:
        raise DataError("the formula is empty; write arithmetic on ids, such as 100 * collected / required")
    tokens = list(_split(text))
    _check_size(tokens)
    _check_order(tokens)
    try:
        tree = _build(ast.parse(text, mode="eval").body, ())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise DataError("the formula cannot be read; write it more simply") from None
    names = tuple(dict.fromkeys(node.id for node in walk(tree) if isinstance(node, Name)))
    if not names:
        raise DataError("the formula names no driver; write at least one id, or assume a value instead")
    return Formula(text, names, tree)


def walk(tree: Node) -> Iterator[Node]:
    """Give every node of a tree, in the order of the text for nodes of one kind."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case Negative(of):
                waiting.append(of)
            case Operation(_, left, right):
                waiting += [right, left]
            case Call(_, arguments):
                waiting += reversed(arguments)


def _fault(column: int, message: str) -> DataError:
    return DataError(f"formula, column {column}: {message}")


def _split(text: str) -> Iterator[_Token]:
    """Split a text into numbers, words and signs, and refuse every other character."""
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            rest = text[place:].lstrip(" \t")
            raise _fault(len(text) - len(rest) + 1, _explain(rest[0]))
        kind = found.lastgroup
        assert kind in ("number", "word", "sign")
        token = _Token(kind, found[kind], found.start(kind) + 1)  # type: ignore[arg-type]
        if token.kind == "number":
            _check_number(token, text[found.end() : found.end() + 1])
        elif token.kind == "word":
            _check_word(token)
        yield token
        place = found.end()


def _explain(character: str) -> str:
    """Say what a character is that no formula holds, and what to write instead."""
    alike = unicodedata.normalize("NFKC", character)
    plain = f"write {alike}" if alike != character and re.fullmatch(r"[!-~]", alike) else None
    shown = f"'{character}' (U+{ord(character):04X})" if character.isprintable() else f"U+{ord(character):04X}"
    usual = "write ids in a-z, 0-9 and _, numbers, and + - * / ** ( ) ,"
    return f"character {shown} is not read in a formula; {_INSTEAD.get(character) or plain or usual}"


def _check_number(token: _Token, after: str) -> None:
    if re.match(r"[\w.]", after):
        raise _fault(token.column, f"'{token.text}{after}' is no number; write digits with a point, and * to multiply")
    if re.match(r"0[\d_]", token.text) and token.text.replace("_", "").isdigit():
        raise _fault(token.column, f"'{token.text}' begins with 0; leave the zeros out")
    if not float(token.text) <= LARGEST:
        shown = token.text if len(token.text) <= 20 else f"{token.text[:20]}…"
        raise _fault(token.column, f"the number {shown} is too large; write at most 1e15, or another unit")


def _check_word(token: _Token) -> None:
    word = token.text
    if keyword.iskeyword(word):
        raise _fault(token.column, f"'{word}' is a word of Python, not of formulas; known: {', '.join(FUNCTIONS)}")
    if not _ID.fullmatch(word):
        raise _fault(token.column, f"'{word}' is not an id; write English snake_case, such as plasma_collected")


def _check_size(tokens: list[_Token]) -> None:
    """Refuse more numbers, names and signs than anybody can check; every node of the tree comes from one."""
    counted = [token for token in tokens if token.text not in "(),"]
    if len(counted) > MOST:
        raise _fault(
            counted[MOST].column,
            f"more than {MOST} numbers, names and signs; write a driver for each part of the formula",
        )


def _check_order(tokens: list[_Token]) -> None:
    """Check that values and signs alternate, that parentheses close and that few stand in one another."""
    opened: list[tuple[_Token, bool]] = []  # with whether arguments of a function stand inside
    signs = 0
    wanted = True  # a value
    before = tokens[0]
    for token in tokens:
        signs = signs + 1 if wanted and token.text == "-" else 0
        wanted = _begin_value(token, opened) if wanted else _continue(token, before, opened)
        if len(opened) + signs > DEEPEST:
            raise _fault(token.column, f"more than {DEEPEST} parentheses or signs in one another; write it flatter")
        before = token
    if wanted:
        raise _fault(before.column, f"nothing follows '{before.text}'; write a number or an id after it")
    if opened:
        raise _fault(opened[-1][0].column, "this parenthesis is not closed; write )")


def _begin_value(token: _Token, opened: list[tuple[_Token, bool]]) -> bool:
    """Take what may begin a value; say whether the value is still wanted."""
    if token.kind != "sign":
        return False
    if token.text == "(":
        opened.append((token, False))
    elif token.text == "+":
        raise _fault(token.column, "'+' stands before a value; leave it out")
    elif token.text != "-":
        raise _fault(token.column, f"a value is missing before '{token.text}'; write a number or an id")
    return True


def _continue(token: _Token, before: _Token, opened: list[tuple[_Token, bool]]) -> bool:
    """Take what may follow a value; say whether another value is wanted."""
    if token.kind != "sign":
        raise _fault(token.column, f"'{token.text}' follows '{before.text}' without a sign; write + - * or / between")
    if token.text == "(":
        if before.kind != "word":
            raise _fault(token.column, f"'(' follows '{before.text}' without a sign; write * to multiply")
        opened.append((token, True))
    elif token.text == ")":
        if not opened:
            raise _fault(token.column, "this parenthesis was never opened; leave it out or write (")
        opened.pop()
        return False
    elif token.text == "," and not (opened and opened[-1][1]):
        raise _fault(token.column, "a comma stands only between arguments; write numbers with a point, such as 27.9")
    return True


def _build(node: ast.AST, inside: tuple[str, ...]) -> Node:
    """Turn a node of Python's tree into ours; `inside` names what stands around it, outermost first."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Number(float(value))
        case ast.Name(id=name):
            if name in FUNCTIONS:
                raise _fault(node.col_offset + 1, f"'{name}' is a function; write {_show_call(name)}")
            return Name(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negative(_build(operand, (*inside, "-")))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            sign = _OPERATORS[type(op)]
            exponent = _read_exponent(right) if sign == "**" else None
            return Operation(sign, _build(left, (*inside, sign)), exponent or _build(right, (*inside, sign)))
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
            _check_call(node, function, inside)
            return Call(function, tuple(_build(argument, (*inside, function)) for argument in arguments))
    column = getattr(node, "col_offset", 0) + 1
    raise _fault(column, f"{type(node).__name__} is not read in a formula; write numbers, ids and + - * / ** ( ) ,")


def _read_exponent(node: ast.expr) -> Number:
    """Read the exponent of a power: a whole number that is written out, so that powers stay small."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    found = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    value = found.value if isinstance(found, ast.Constant) else None
    if type(value) is not int or value > STEEPEST:
        raise _fault(node.col_offset + 1, "an exponent is a whole number from -4 to 4, such as x ** 2")
    return Number(float(-value if negative else value))


def _check_call(node: ast.Call, function: str, inside: tuple[str, ...]) -> None:
    column = node.col_offset + 1
    if function not in FUNCTIONS:
        raise _fault(column, f"unknown function '{function}'{nearest(function, FUNCTIONS)}; write * to multiply")
    if len(node.args) != FUNCTIONS[function]:
        raise _fault(column, f"{function} has {len(node.args)} arguments; write {_show_call(function)}")
    if function == "stock" and inside:
        raise _fault(column, "stock stands only around a whole formula; write stock(inflow - outflow)")
    if function == "lag" and "lag" in inside:
        raise _fault(column, "lag stands inside lag: the value before the origin is not known; look back one period")


def _show_call(function: str) -> str:
    shown = {"clip": "x, low, high"}.get(function, ", ".join("xyz"[: FUNCTIONS[function]]))
    return f"{function}({shown})"


def check_names(formula: Formula, known: Iterable[str]) -> list[str]:
    """Say which names of a formula are unknown, each with the nearest known one."""
    names = set(known)
    unknown = [name for name in formula.names if name not in names]
    return [f"unknown indicator or driver '{name}'{nearest(name, names)}" for name in unknown]


def find_cycle(formulas: Mapping[str, Formula]) -> list[str] | None:
    """Find drivers whose formulas lead back to themselves, also through `lag`.

    Returns
    -------
    list of str or None
        Each computed from the next, the first again at the end: ``["a", "b", "a"]``; None when there is none.
    """
    try:
        _sorter(formulas).prepare()
    except CycleError as error:
        backwards: list[str] = error.args[1]  # each is used by the next
        return backwards[::-1]
    return None


def sort_formulas(formulas: Mapping[str, Formula]) -> list[str]:
    """Put ids into the order in which their formulas are computed: what others use comes first.

    Raises
    ------
    DataError
        If formulas lead back to themselves.
    """
    if cycle := find_cycle(formulas):
        raise DataError(f"formulas lead back to themselves: {' → '.join(cycle)}; compute one without the others")
    return [id for id in _sorter(formulas).static_order() if id in formulas]


def _sorter(formulas: Mapping[str, Formula]) -> TopologicalSorter[str]:
    return TopologicalSorter({id: formula.names for id, formula in formulas.items()})
