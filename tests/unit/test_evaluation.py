"""Formulas on draws: the same as a slow computation number by number; what has no value is NaN and counted."""

import math
import timeit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import DataError
from forecast.plans.formulas import FUNCTIONS, Call, Name, Negative, Number, Operation, parse_formula
from forecast.scenarios import evaluation
from forecast.scenarios.evaluation import evaluate, origin_value

DRAWS, PERIODS = 7, 3
NAMES = ("a", "b", "c")
SLOW = {
    "abs": abs,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "floor": math.floor,
    "ceil": math.ceil,
    "min": min,
    "max": max,
    "mean": lambda x, y: (x + y) / 2,
    "clip": lambda x, low, high: min(max(x, low), high),
}


def compute_slowly(node, at, start, origin):
    """Value of a tree in one period, `at` a list of dicts for the periods up to it; None where there is none."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return None if math.isnan(at[-1][node.id]) else at[-1][node.id]
    if isinstance(node, Call) and node.function == "lag":
        return compute_slowly(node.arguments[0], [start, *at][:-1], start, origin)
    if isinstance(node, Call) and node.function == "stock":
        parts = [compute_slowly(node.arguments[0], at[: i + 1], start, origin) for i in range(len(at))]
        return None if None in parts else origin + sum(parts)
    parts = {Negative: lambda: (node.of,), Operation: lambda: (node.left, node.right), Call: lambda: node.arguments}
    values = [compute_slowly(part, at, start, origin) for part in parts[type(node)]()]
    if None in values:
        return None
    try:
        found = float(combine_slowly(node, values))
    except (ArithmeticError, ValueError):
        return None
    return found if math.isfinite(found) else None


def combine_slowly(node, values):
    if isinstance(node, Negative):
        return -values[0]
    if isinstance(node, Call):
        return SLOW[node.function](*values)
    left, right = values
    if node.op == "**":
        product = math.prod([left] * abs(int(right)))
        return 1 / product if right < 0 else product
    return {"+": left + right, "-": left - right, "*": left * right}[node.op] if node.op != "/" else left / right


def write(node):
    """Text of a tree, every part in parentheses."""
    match node:
        case Number(value):
            return f"{value:.17g}"
        case Name(id):
            return id
        case Negative(of):
            return f"(-{write(of)})"
        case Operation("**", base, Number(exponent)):
            return f"({write(base)} ** {int(exponent)})"
        case Operation(op, left, right):
            return f"({write(left)} {op} {write(right)})"
        case Call(function, arguments):
            return f"{function}({', '.join(map(write, arguments))})"


def grow(nodes):
    """Larger trees out of smaller ones, without `lag` and `stock`."""
    calls = [
        st.tuples(*[nodes] * count).map(lambda parts, name=name: Call(name, parts))
        for name, count in FUNCTIONS.items()
        if name in SLOW
    ]
    powers = st.builds(Operation, st.just("**"), nodes, st.integers(-4, 4).map(lambda n: Number(float(n))))
    return st.one_of(
        st.builds(Operation, st.sampled_from("+-*/"), nodes, nodes), st.builds(Negative, nodes), powers, *calls
    )


NUMBERS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.25, 100.0, 1e15, 1e-9]).map(Number)
LEAVES = st.one_of(NUMBERS, st.sampled_from(NAMES).map(Name))
TREES = st.recursive(LEAVES, grow, max_leaves=12)
LAGS = st.recursive(st.one_of(LEAVES, TREES.map(lambda tree: Call("lag", (tree,)))), grow, max_leaves=8)
VALUES = st.sampled_from([0.0, 1.0, -1.0, 2.0, -2.5, 0.1, 7.0, 1e3, 1e200, -1e-200, math.nan])


@st.composite
def drivers(draw):
    """Draws of every name, their values at the origin and the indicator's last known values."""
    numbers = st.lists(VALUES, min_size=DRAWS * PERIODS, max_size=DRAWS * PERIODS)
    values = {name: np.array(draw(numbers)).reshape(DRAWS, PERIODS) for name in NAMES}
    start = {name: np.array(draw(numbers)[:DRAWS]) for name in NAMES}
    return values, start, np.arange(DRAWS) / 2


def all_slowly(tree, values, start, origin):
    table = np.full((DRAWS, PERIODS), np.nan)
    for draw in range(DRAWS):
        first = {name: float(start[name][draw]) for name in NAMES}
        rows = [{name: float(values[name][draw, period]) for name in NAMES} for period in range(PERIODS)]
        for period in range(PERIODS):
            found = compute_slowly(tree, rows[: period + 1], first, float(origin[draw]))
            table[draw, period] = np.nan if found is None else found
    return table


@given(st.one_of(TREES, LAGS, LAGS.map(lambda tree: Call("stock", (tree,)))), drivers(), st.integers(1, 30))
def test_arrays_agree_with_a_slow_computation_of_the_same_tree(tree, known, block):
    values, start, origin = known
    try:
        formula = parse_formula(write(tree))
    except DataError:  # a constant, or deeper than formulas are
        return
    assert formula.tree == tree
    before = {name: array.copy() for name, array in values.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "BLOCK", block)
        found = evaluate(formula, values, start=start, origin=origin)
    expected = all_slowly(tree, values, start, origin)
    np.testing.assert_allclose(found.values, expected, rtol=1e-9, atol=1e-300)
    assert found.undefined == np.isnan(expected).any(axis=1).mean()
    for name in NAMES:
        np.testing.assert_array_equal(values[name], before[name])


def two_periods(**values):
    return {name: np.array(array, dtype=float) for name, array in values.items()}


def test_a_share_of_two_drivers():
    found = evaluate(parse_formula("100 * a / b"), two_periods(a=[[1, 2], [3, 4]], b=[[4, 4], [4, 5]]))
    np.testing.assert_array_equal(found.values, [[25, 50], [75, 80]])
    assert found.undefined == 0


@pytest.mark.parametrize(
    ("text", "a", "expected"),
    [
        ("1 / a", [[0, 2], [1, 4]], [[np.nan, 0.5], [1, 0.25]]),
        ("1 / (1 / a)", [[0, 2], [1, 4]], [[np.nan, 2], [1, 4]]),
        ("clip(1 / a, 0, 100)", [[0, 2], [1, 4]], [[np.nan, 0.5], [1, 0.25]]),
        ("min(log(a), 0)", [[-1, 1], [1, 1]], [[np.nan, 0], [0, 0]]),
        ("sqrt(a)", [[-4, 4], [4, 4]], [[np.nan, 2], [2, 2]]),
        ("1 / exp(a)", [[800, 0], [0, 0]], [[np.nan, 1], [1, 1]]),
        ("a ** -2", [[0, 2], [1, 1]], [[np.nan, 0.25], [1, 1]]),
        ("a ** 0", [[np.nan, 2], [1, 1]], [[np.nan, 1], [1, 1]]),
        ("a * (1 / 0)", [[1, 2], [1, 1]], [[np.nan, np.nan], [np.nan, np.nan]]),
    ],
)
def test_a_draw_without_a_value_is_nan_and_counted(text, a, expected):
    found = evaluate(parse_formula(text), two_periods(a=a))
    np.testing.assert_array_equal(found.values, expected)
    assert found.undefined == np.isnan(expected).any(axis=1).mean()


def test_a_stock_that_loses_its_value_has_none_afterwards():
    found = evaluate(parse_formula("stock(1 / a)"), two_periods(a=[[1, 0, 1], [1, 1, 1]]), origin=10)
    np.testing.assert_array_equal(found.values, [[11, np.nan, np.nan], [11, 12, 13]])


def test_a_stock_adds_up_from_the_last_known_value_of_each_draw():
    flows = two_periods(arrivals=[[5, 5], [8, 0]], operations=[[3, 4], [3, 4]])
    formula = parse_formula("stock(arrivals - operations)")
    np.testing.assert_array_equal(evaluate(formula, flows, origin=100).values, [[102, 103], [105, 101]])
    by_draw = evaluate(formula, flows, origin=np.array([100.0, 200.0]))
    np.testing.assert_array_equal(by_draw.values, [[102, 103], [205, 201]])


def test_lag_gives_the_value_at_the_origin_in_the_first_period():
    values = two_periods(a=[[1, 2, 3], [4, 5, 6]])
    formula = parse_formula("a - lag(2 * a)")
    found = evaluate(formula, values, start={"a": np.array([0.5, 10.0])})
    np.testing.assert_array_equal(found.values, [[0, 0, -1], [-16, -3, -4]])
    np.testing.assert_array_equal(evaluate(formula, values, start={"a": 0.0}).values[:, 0], [1, 4])
    np.testing.assert_array_equal(evaluate(parse_formula("a + lag(7)"), values).values, values["a"] + 7)


def test_values_at_the_origin():
    share = parse_formula("100 * a / b")
    np.testing.assert_array_equal(origin_value(share, {"a": np.array([1.0, 2.0]), "b": 4.0}), [25, 50])
    np.testing.assert_array_equal(origin_value(share, {"a": np.array([1.0, 2.0]), "b": 0.0}), [np.nan, np.nan])
    assert origin_value(share, {"a": 1.0, "b": 5.0}) == 20
    assert np.isnan(origin_value(parse_formula("a - lag(a)"), {"a": 1.0}))
    assert origin_value(parse_formula("stock(a - lag(a))"), {"a": 1.0}, origin=321.0) == 321


def test_what_is_missing_is_said():
    values = two_periods(a=[[1, 2]])
    with pytest.raises(DataError) as name:
        evaluate(parse_formula("a * b"), values)
    with pytest.raises(DataError) as start:
        evaluate(parse_formula("lag(a)"), values)
    with pytest.raises(DataError) as start_of_one:
        evaluate(parse_formula("lag(a)"), values, start={"b": 1.0})
    with pytest.raises(DataError) as origin:
        evaluate(parse_formula("stock(a)"), values)
    assert str(name.value) == "the formula needs 'b', which has no values here; forecast or assume it first"
    assert str(start.value) == "lag needs the values at the origin; give those of every name in it"
    assert str(start_of_one.value) == "the formula needs 'a', which has no values here; forecast or assume it first"
    assert str(origin.value) == "stock needs the last known value of the indicator; observe or assume one"


def test_a_bare_name_gives_a_new_array():
    values = two_periods(a=[[1, 2]])
    found = evaluate(parse_formula("a"), values).values
    assert not np.shares_memory(found, values["a"])


def test_no_periods_give_no_values():
    found = evaluate(parse_formula("a + 1"), {"a": np.empty((4, 0))})
    assert (found.values.shape, found.undefined) == ((4, 0), 0)


def test_the_longest_formula_is_computed_also_where_draws_have_no_value():
    text = "-".join(["a"] * 149) + "/b"
    found = evaluate(parse_formula(text), two_periods(a=[[1.0], [1.0]], b=[[0.0], [2.0]]))
    np.testing.assert_array_equal(found.values, [[np.nan], [-146.5]])


def test_a_formula_of_eight_drivers_takes_less_than_a_millisecond():
    rng = np.random.default_rng(1)
    values = {name: rng.lognormal(size=(4_000, 8)) for name in "abcdefgh"}
    formula = parse_formula("100 * a * b * c * d / (e * f / g) + h")
    fastest = min(timeit.repeat(lambda: evaluate(formula, values), number=10, repeat=20)) / 10
    assert fastest < 1e-3
