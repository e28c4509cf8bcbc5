"""Assessment: how each target stands, and how likely it is to be met."""

from forecast.assessment.board import Assessment, assess

__all__ = ["Assessment", "assess"]
