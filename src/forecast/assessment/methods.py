"""The official methods, in the order of the board."""

from forecast.assessment import (
    aarr,
    escap,
    eurostat,
    government,
    healthy_people,
    quebec,
    sdg_index,
    spc,
    statcan,
    un_chart,
    un_progress,
)
from forecast.assessment.verdict import Method

METHODS: tuple[Method, ...] = (
    eurostat.LONG,
    eurostat.SHORT,
    statcan.METHOD,
    un_chart.TREND,
    un_progress.METHOD,
    escap.ANTICIPATED,
    sdg_index.METHOD,
    aarr.METHOD,
    un_chart.LEVEL,
    escap.CURRENT,
    healthy_people.METHOD,
    government.METHOD,
    quebec.METHOD,
    spc.VARIATION,
    spc.ASSURANCE,
)
