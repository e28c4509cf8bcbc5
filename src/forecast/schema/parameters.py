"""`parameters/defaults.yaml`: what every run uses unless told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from forecast.errors import DataError
from forecast.schema.files import Record, read_yaml, validate
from forecast.schema.language import Language


class Parameters(Record):
    """Parameters of a study.

    Attributes
    ----------
    seed : int
        One seed makes every generator.
    draws : int
        Predictive draws of each series.
    quantiles : tuple of float
        Levels of the trajectories table, 0 to 1.
    language : str
        Language of commands when none is asked for.
    model : str
        Name of the default model.
    time_limit : int
        Seconds after which a run is stopped.
    """

    seed: Annotated[int, Field(ge=0)]
    draws: Annotated[int, Field(ge=100, le=100_000)]
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...]
    language: Language
    model: str
    time_limit: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if list(self.quantiles) != sorted(set(self.quantiles)) or 0.5 not in self.quantiles:
            raise ValueError("quantiles must ascend and hold 0.5")
        return self

    @classmethod
    def load(cls, root: Path) -> Self:
        """Read the defaults of a catalogue's folder."""
        return validate(cls, read_yaml(root / "parameters" / "defaults.yaml", "parameters/defaults.yaml"))

    def with_values(self, **values: object) -> Self:
        """The same parameters with others where given; values that are None change nothing."""
        given = {name: value for name, value in values.items() if value is not None}
        try:
            return type(self).model_validate({**self.model_dump(), **given})
        except ValueError as error:
            raise DataError(_explain(error)) from None


def _explain(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    return "\n".join(
        f"{'.'.join(map(str, item['loc']))}: {item['msg']}, not {item['input']!r}" for item in error.errors()
    )
