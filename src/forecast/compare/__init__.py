"""Scenarios side by side: what each makes of every target, and how far that is from the baseline, on the same draws.

Every scenario is judged by its own target, and so is the baseline beside it: a difference is what the changes of a
scenario make, never what moving a target makes. Draw i of a scenario is draw i of the baseline with the scenario's
changes, so differences are taken draw by draw, and what a scenario leaves alone differs by exactly zero.
"""

from forecast.compare.aims import Aim, Pair
from forecast.compare.comparison import Comparison, compare, move_levers
from forecast.compare.mixture import MIXTURE

__all__ = ["MIXTURE", "Aim", "Comparison", "Pair", "compare", "move_levers"]
