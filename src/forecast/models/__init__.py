"""Models: many short series in, predictive draws out."""

from forecast.models.paths import forecast

__all__ = ["forecast"]
