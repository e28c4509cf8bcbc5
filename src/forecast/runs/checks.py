"""Every check of every file, in the order in which one rests on the other."""

from __future__ import annotations

from forecast import observations, reference
from forecast.errors import DataError, Fault, ForecastError, nearest
from forecast.models.registry import REGISTRY
from forecast.plans import catalogue as catalogue_
from forecast.plans.catalogue import Catalogue, collect
from forecast.plans.model import Plan
from forecast.runs.matrix import load_matrix
from forecast.scenarios import library
from forecast.schema.files import read_yaml
from forecast.schema.parameters import Parameters


def find_faults(catalogue: Catalogue) -> list[Fault]:
    """Faults of `data/` and `parameters/`, all at once, sorted by file and line."""
    faults = catalogue_.check(catalogue)
    plans: list[Plan] = []
    for plan_id in catalogue.plan_ids:
        try:
            plans.append(catalogue.plan(plan_id))
        except ForecastError:
            continue  # its faults are among those found above
    if len(plans) == len(catalogue.plan_ids):  # else every series of a faulty plan would seem unnamed
        faults += observations.check(catalogue, plans)
    else:
        faults += collect([lambda: observations.read(catalogue)])
    faults += library.check(catalogue, plans)
    faults += reference.check(catalogue.root)
    faults += collect([lambda: _check_defaults(catalogue), lambda: load_matrix(catalogue)])
    return sorted(set(faults))


def _check_defaults(catalogue: Catalogue) -> None:
    """Read the defaults, and make sure that their model exists."""
    model = Parameters.load(catalogue.root).model
    if model not in REGISTRY:
        path = "parameters/defaults.yaml"
        line = read_yaml(catalogue.root / path, path).line(("model",))
        raise DataError(faults=[Fault(path, line, f"unknown model '{model}'{nearest(model, REGISTRY)}")])
