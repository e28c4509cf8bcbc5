"""Reading the files that people write: YAML as text with line numbers, faults all at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from forecast.errors import DataError, Fault, nearest

Model = TypeVar("Model", bound=BaseModel)
Loc = tuple[str | int, ...]

# PyYAML's compiled parser is ten times faster than a round-trip reader and keeps the lines; only its node graph
# is used, so that none of its YAML 1.1 conversions (dates, `no`, `1:30`) ever happens.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


#: Levels of keys and lists in a file; ours need eight.
DEEPEST = 50


class Record(BaseModel):
    """Base of everything that people write in files: frozen, unknown keys refused, numbers finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: nested dicts and lists of text or None, and the line of every part."""

    path: str
    data: Any
    lines: dict[Loc, int]

    def line(self, loc: Loc) -> int:
        """Line of a part, or of the nearest part above it."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)


def read_text(path: Path, shown: str) -> str:
    """Read a UTF-8 file; raise `DataError` when it is absent, empty or not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError(faults=[Fault(shown, 0, "no such file")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataError(faults=[Fault(shown, line, "not UTF-8; save the file with the encoding UTF-8")]) from None
    if not text.strip():
        raise DataError(faults=[Fault(shown, 0, "the file is empty")])
    return text


def read_yaml(path: Path, shown: str) -> Document:
    """Read a YAML file as text with line numbers.

    Every plain scalar stays the text that was typed (`no`, `1:30`, `2025-12-08`, `1.10`); the model that
    validates it decides which texts are numbers. Only an empty value, `~` and `null` are None.

    Raises
    ------
    DataError
        If the file is not UTF-8, empty, broken, holds a key twice, a tag, an anchor's alias or several documents.
    """
    return parse_yaml(read_text(path, shown), shown)


def parse_yaml(text: str, shown: str) -> Document:
    """Read the text of a YAML file as `read_yaml` does; `shown` names it in faults."""
    try:
        _check_depth(text, shown)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "cannot be read"
        raise DataError(
            faults=[Fault(shown, mark.line + 1 if mark else 0, f"broken YAML ({what}); is the file complete?")]
        ) from None
    if node is None:
        raise DataError(faults=[Fault(shown, 0, "the file holds only comments")])
    lines: dict[Loc, int] = {}
    faults: list[Fault] = []
    data = _build(node, (), lines, faults, shown, set())
    if faults:
        raise DataError(faults=faults)
    return Document(shown, data, lines)


def _check_depth(text: str, shown: str) -> None:
    """Refuse a file whose parts are nested deeper than anybody writes, before recursion does."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            mark = event.start_mark
            line = mark.line + 1 if mark else 0
            raise DataError(
                faults=[Fault(shown, line, f"more than {DEEPEST} levels of nesting; write the file flatter")]
            )


def _build(node: yaml.Node, loc: Loc, lines: dict[Loc, int], faults: list[Fault], shown: str, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(loc, line)
    if id(node) in seen:
        faults.append(Fault(shown, line, "aliases (*name) are not allowed; write the value again"))
        return None
    seen.add(id(node))
    if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
        faults.append(Fault(shown, line, f"tag '{node.tag}' is not allowed; write plain text, numbers, lists and keys"))
        return None
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, loc, lines, faults, shown, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*loc, i), lines, faults, shown, seen) for i, item in enumerate(node.value)]
    plain = getattr(node, "style", None) in (None, "")
    return None if plain and node.value in ("", "~", "null", "Null", "NULL") else node.value


def _build_mapping(
    node: yaml.MappingNode, loc: Loc, lines: dict[Loc, int], faults: list[Fault], shown: str, seen: set[int]
) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, line = key_node.value, key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            faults.append(Fault(shown, line, "a key must be plain text"))
            continue
        if key in built:
            faults.append(
                Fault(shown, line, f"key '{key}' stands twice; keep one (the other is on line {lines[(*loc, key)]})")
            )
            continue
        lines[(*loc, key)] = line
        built[key] = _build(value_node, (*loc, key), lines, faults, shown, seen)
    return built


def validate(model: type[Model], document: Document) -> Model:
    """Check a document against its model; raise `DataError` with every fault and its line."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise DataError(faults=[_fault(model, document, item) for item in error.errors()]) from None


def _fault(model: type[BaseModel], document: Document, item: Any) -> Fault:
    loc: Loc = tuple(part for part in item["loc"] if part != "[key]")
    where = ".".join(str(part) for part in loc)
    kind, given = item["type"], item.get("input")
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        return Fault(
            document.path, document.line(loc), f"unknown key '{loc[-1]}'{_under(loc)}{nearest(str(loc[-1]), known)}"
        )
    if kind == "missing":
        return Fault(document.path, document.line(loc[:-1]), f"key '{loc[-1]}' is missing{_under(loc)}")
    message = item["msg"].removeprefix("Value error, ")
    if kind in ("float_parsing", "float_type", "int_parsing", "int_type", "finite_number"):
        message = f"{given!r} is not a number; write digits with a point, such as 27.9"
    elif kind == "string_type":
        message = f"{'nothing' if given is None else repr(given)} stands where text is expected"
    elif kind == "literal_error":
        message = f"'{given}' is not one of {item['ctx']['expected']}"
    elif kind in ("model_type", "dict_type", "model_attributes_type"):
        message = f"{given!r} stands where keys are expected"
    elif kind in ("list_type", "tuple_type"):
        message = f"{given!r} stands where a list is expected; write [{given}]"
    return Fault(document.path, document.line(loc), f"{where}: {message}" if where else message)


def _under(loc: Loc) -> str:
    return f" under '{'.'.join(str(part) for part in loc[:-1])}'" if len(loc) > 1 else ""


def _known_keys(model: type[BaseModel], loc: Loc) -> set[str]:
    """Keys that the model allows at a place, found by walking its annotations."""
    current: Any = model
    for part in loc:
        current = _step(current, part)
    return {field.alias or name for found in _models(current) for name, field in found.model_fields.items()}


def _step(annotation: Any, part: str | int) -> Any:
    for model in _models(annotation):
        if issubclass(model, RootModel):
            return _step(model.model_fields["root"].annotation, part)
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
    args = [arg for arg in getattr(annotation, "__args__", ()) if arg not in (type(None), Ellipsis)]
    return args[-1] if args and not _models(annotation) else annotation


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if getattr(annotation, "__origin__", None) in (dict, list, tuple):
        return []
    found = [_models(arg) for arg in getattr(annotation, "__args__", ())]
    return [model for models in found for model in models]
