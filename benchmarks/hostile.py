"""Scenario files, formulas and plan files for the readers: valid ones, mutated ones and hostile ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import yaml
from benchmarks.sound import BASELINE, PERIODS, PLAN, UNITS, pick_count, pick_formula, pick_scenario

ODD_PERIODS = ("1850", "2199", "2019", "2026-2027P07", "2026-autumn", "2017/2019", "9999", "0000", "2026-13", "soon")
HOSTILE_VALUES: tuple[Any, ...] = (
    *(None, "", " ", "null", "~", "no", "yes", "true", True, False, [], {}, [[]], {"": ""}, {"a": {"b": {}}}),
    *(
        "1e999",
        "-1e999",
        ".inf",
        ".nan",
        "nan",
        "inf",
        "0x1F",
        "1_000",
        "1:30",
        "1,5",
        "5 %",
        "１２",
        "½",
        "-0",
        "1e15",
    ),
    *(0, -1, 1e-320, 1e15, -1e15, 1e300, 10**30, 10**400, 2**63, float("inf"), float("nan")),
    *(
        "../../etc/passwd",
        "s3://x/y",
        "{plan}",
        "${HOME}",
        "__class__",
        "raise",
        "baseline",
        "fuzz",
        "a.b",
        "é",
    ),
    *("\0", "\x07", "\u202e", "\u200b", "\ufeff", "x" * 5_000, "(" * 500, "2026-02-30", "2026/2025", "-2026", "2026 "),
)


EXTREMES = (0, -1, 1, 1e-320, 1e-12, -1e-9, 1e6, 1e9, 1e12, 1e15, -1e6, -1e15, 1e300, 99.999, 400, 0.02)


def make_scenario(rng: random.Random, mood: str) -> bytes:
    """Make a scenario file."""
    if mood == "hostile":
        return rng.choice(HOSTILE_FILES)(rng, BASELINE + "extends: baseline\n")
    scenario = pick_scenario(rng)
    return write(rng, scenario if mood == "valid" else mutate_parts(rng, scenario), mood)


def make_plan(rng: random.Random, mood: str) -> bytes:
    """Make a plan file of formulas: a chain when it is meant to be valid, else whatever they name, cycles too."""
    if mood == "hostile" and rng.random() < 0.5:
        return rng.choice(HOSTILE_FILES)(rng, PLAN)
    plan = read(PLAN)
    owners = [*plan["indicators"].values(), *plan["drivers"].values()]
    if mood == "valid":
        plan["indicators"]["seen_on_time"]["formula"] = f"100 * {pick_count(rng, 2)} / {pick_count(rng, 2)}"
        plan["indicators"]["waiting"]["formula"] = f"stock({pick_count(rng, 3)} - {pick_count(rng, 2)})"
    else:
        for owner in rng.sample(owners, rng.randint(1, len(owners))):
            owner["formula"] = make_formula(rng, rng.choice(["valid", mood])).decode("utf-8", errors="replace")
    return write(rng, plan, "valid")


def read(text: str) -> Any:
    """Read YAML as texts and None: another reader takes `on` for a truth value."""
    return fill(yaml.load(text, Loader=yaml.CBaseLoader))


def fill(data: Any) -> Any:
    """Put None in place of every `null`."""
    if isinstance(data, dict):
        return {key: fill(value) for key, value in data.items()}
    return [fill(value) for value in data] if isinstance(data, list) else None if data == "null" else data


def make_formula(rng: random.Random, mood: str) -> bytes:
    """Make a formula."""
    if mood == "hostile":
        return rng.choice(HOSTILE_FORMULAS)(rng).encode("utf-8", errors="surrogatepass")
    text = pick_formula(rng, rng.randint(1, 5), tuple(UNITS))
    return (text if mood == "valid" else mutate_text(rng, text)).encode("utf-8", errors="surrogatepass")


# Mutations


def mutate_parts(rng: random.Random, data: Any) -> Any:
    """Change one to three parts: taken away, renamed, doubled, moved, or made of something hostile."""
    data = deepcopy(data)
    for _ in range(rng.randint(0, 3)):
        holders = list(list_holders(data))
        holder = rng.choice(holders)
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        act = rng.randrange(7)
        if act == 0:
            del holder[key]
        elif act == 1 and isinstance(holder, dict):
            holder[mutate_text(rng, str(key))] = holder.pop(key)
        elif act == 2 and isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        elif act == 3:
            holder[key] = deepcopy(rng.choice(holders))
        elif act == 4:
            holder[key] = rng.choice((*PERIODS, *ODD_PERIODS))
        elif act == 5 and isinstance(holder[key], (int, float)) and abs(holder[key]) < 1e300:
            holder[key] *= rng.choice((-1, 1e-9, 1e3, 1e9, 1e12))
        else:
            holder[key] = deepcopy(rng.choice(HOSTILE_VALUES))
    return data


def list_holders(data: Any) -> list[Any]:
    """List every mapping and list that is not empty, the whole first."""
    found = []
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (dict, list)) and one:
            found.append(one)
            waiting += one.values() if isinstance(one, dict) else one
    return found or [[None]]


PIECES = (
    *(
        "\n",
        "\t",
        " ",
        "- ",
        ": ",
        "#",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!str ",
        "|",
        ">",
        "'",
        '"',
        "\\",
        "%",
        "@",
        "`",
    ),
    *(
        "\0",
        "é",
        "−",
        "×",
        "１",
        "\u00a0",
        "\u200b",
        "0",
        "9" * 40,
        "e9",
        "(",
        ")",
        ",",
        "**",
        "/",
        "-",
        "lag(",
        "stock(",
    ),
)


def mutate_text(rng: random.Random, text: str) -> str:
    """Cut, repeat or put in something in one to three places."""
    for _ in range(rng.randint(1, 3)):
        place = rng.randint(0, len(text))
        end = place + rng.randint(0, 8)
        text = text[:place] + rng.choice((rng.choice(PIECES), text[place:end] * 2, "", "")) + text[end:]
    return text


def write(rng: random.Random, data: Any, mood: str) -> bytes:
    """Write YAML in one of its styles; a mutated one may be mutated as a text too."""
    flow = rng.choice((False, None, True))
    text = yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, default_flow_style=flow)
    text = mutate_text(rng, text) if mood == "mutated" and rng.random() < 0.5 else text
    return text.encode("utf-8", errors="surrogatepass")


# Hostile files and formulas


def nest(rng: random.Random, sound: str) -> bytes:
    """Brackets in brackets, or keys in keys, few or very many."""
    depth = rng.choice((10, 49, 51, 1_000, 100_000))
    opening, closing = rng.choice((("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("(", ")")))
    return (sound + "changes: " + opening * depth + closing * rng.choice((depth, 0))).encode()


def bomb(rng: random.Random, sound: str) -> bytes:
    """Aliases of aliases, or merges of them."""
    rows = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, rng.randint(2, 12))]
    return (sound + "a0: &a0 [x]\n" + "\n".join(rows) + rng.choice(("", "\n<<: *a0"))).encode()


def tag(rng: random.Random, sound: str) -> bytes:
    """A tag that another reader would obey."""
    tags = ("!!python/object/apply:os.system", "!!python/name:eval", "!!binary", "!!set", "!own", "!!timestamp", "!<x>")
    return f"{sound}weight: {rng.choice(tags)} {rng.choice(('[ls]', 'x', '{a: b}', ''))}\n".encode()


def recode(rng: random.Random, sound: str) -> bytes:
    """Another encoding, other ends of lines, a mark in front, or bytes that are no text."""
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: sound.encode("utf-16"),
        lambda: (sound + "# é").encode("latin-1"),
        lambda: b"\xef\xbb\xbf" + sound.encode(),
        lambda: sound.replace("\n", rng.choice(("\r\n", "\r", "\u2028", "\x85"))).encode(),
        lambda: rng.randbytes(rng.randint(0, 400)),
        lambda: sound.encode() + rng.randbytes(rng.randint(1, 8)),
        lambda: sound.encode()[: rng.randint(0, len(sound))],
    )
    return rng.choice(ways)()


def swell(rng: random.Random, sound: str) -> bytes:
    """Very long texts, numbers, lists or keys."""
    size = rng.choice((100, 3_000, 60_000))
    ways = (
        "title: " + "x" * size,
        "weight: " + "9" * size,
        "weight: 1" + "0" * size + "e-" + str(size),
        "changes: [" + "{}," * (size // 10) + "]",
        "levers: {" + ", ".join(f"l{i}: {{value: 1}}" for i in range(size // 100)) + "}",
        "x" * size + ": 1",
        "\n".join(["weight: 1"] * (size // 100)),
        "#" * size,
    )
    return (sound + rng.choice(ways) + "\n").encode()


def lead_astray(rng: random.Random, sound: str) -> bytes:
    """Documents, paths, itself, or another type of file in the place of a scenario."""
    base = sound.replace("extends: baseline\n", "")
    bases = (
        "fuzz",
        "circle",
        "../clinic/baseline",
        "/etc/passwd",
        "",
        "~",
        "[baseline]",
        "BASELINE",
        "baseline.yaml",
        "{a: b}",
        "1",
    )
    others = (
        "--- \n---\n" + sound,
        "null",
        "[]",
        "- a",
        "42",
        "...",
        "%YAML 9.9\n---\n" + sound,
        "\0",
        "{" + base,
        '"x"',
    )
    return rng.choice((f"{base}extends: {rng.choice(bases)}\n", rng.choice(others))).encode()


def put_in(rng: random.Random, sound: str) -> bytes:
    """A hostile value in every place of a scenario that is otherwise valid."""
    data = pick_scenario(rng)
    for _ in range(rng.randint(3, 12)):
        holder = rng.choice(list_holders(data))
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        holder[key] = deepcopy(rng.choice(HOSTILE_VALUES))
    return write(rng, data, "mutated")


def stretch(rng: random.Random, sound: str) -> bytes:
    """A scenario that is valid but for the size of some of its numbers."""
    data = pick_scenario(rng)
    for holder in list_holders(data):
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            if isinstance(holder[key], (int, float)) and rng.random() < 0.4:
                holder[key] = rng.choice(EXTREMES)
    return write(rng, data, "valid")


HOSTILE_FILES: tuple[Callable[[random.Random, str], bytes], ...] = (
    *(nest, bomb, tag, recode, swell, lead_astray, put_in, put_in, stretch, stretch, stretch),
)
CHAINS = (
    "(",
    "-",
    "a+",
    "max(",
    "seen**",
    "2**",
    "not ",
    "lambda:",
    "a[",
    "f'{",
    "~",
    "a if b else ",
    "\\",
    "9",
    "a.",
    "+",
)
TEXTS = (
    *("9**9**9*seen", "seen**-9", "seen**visits", "seen/(visits-visits)", "log(-seen)", "1e400*seen", "exp(exp(seen))"),
    *("().__class__.__base__", "__import__('os').system('ls')", "seen.__dict__", "raise", "seen; raise", "eval(seen)"),
    *(
        "[x for x in seen]",
        "seen[0]",
        "f'{seen}'",
        "lambda: seen",
        "seen if seen else visits",
        "seen := 2",
        "max(*seen)",
    ),
    *("min(seen, key=visits)", "seen × visits", "seen ÷ visits", "ｓeen", "sеen", "seen−visits", "１００ * seen", "²"),
    *(
        "seen == visits",
        "seen and visits",
        "not seen",
        "True",
        "None",
        "seen\nvisits",
        "seen # x",
        "seen\0",
        "\ud800",
        "",
    ),
    *("0x10*seen", "1j*seen", "1__0*seen", "007*seen", "1e*seen", ".*seen", "stock(stock(seen))", "lag(lag(seen))"),
)
HOSTILE_FORMULAS: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: rng.choice(TEXTS),
    lambda rng: mutate_text(rng, rng.choice(TEXTS)),
    lambda rng: rng.choice(CHAINS) * rng.choice((5, 29, 40, 400, 1_900, 100_000)) + rng.choice(("", "seen")),
    lambda rng: "(" * (size := rng.choice((5, 30, 31, 900, 100_000))) + "seen" + ")" * size,
    lambda rng: rng.choice("+-*/").join(["seen"] * rng.choice((10, 150, 151, 400, 100_000))),
    lambda rng: "".join(
        chr(rng.choice((rng.randrange(128), rng.randrange(0x11_0000)))) for _ in range(rng.randrange(60))
    ),
    lambda rng: "".join(rng.choice((*PIECES, "seen", "visits", "min(", "1")) for _ in range(rng.randrange(80))),
)
