"""Backtests: what the models would have said before, compared with what happened since."""

from forecast.backtest.cases import Backtest
from forecast.backtest.panels import backtest_panel, read_panel
from forecast.backtest.plans import backtest_plan, backtest_plans
from forecast.backtest.summary import reliability_of, summarise

__all__ = [
    "Backtest",
    "backtest_panel",
    "backtest_plan",
    "backtest_plans",
    "read_panel",
    "reliability_of",
    "summarise",
]
