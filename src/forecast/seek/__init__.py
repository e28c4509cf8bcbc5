"""What it would take: the least move of a lever that gives a chosen probability of meeting a target."""

from forecast.seek.answer import Answer, Delay, Setting
from forecast.seek.question import seek

__all__ = ["Answer", "Delay", "Setting", "seek"]
