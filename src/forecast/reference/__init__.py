"""The public reference collection: similar indicators, and what they ever did.

Public indicators of six bodies, shipped in `data/reference/` with the record of each source. Nothing is fitted here:
a table of what comparable series did is shown beside a forecast, never put into it.
"""

from forecast.reference.achieved import Achieved, Share, achieved_in, collection_in
from forecast.reference.collection import COLUMNS, DATASET, FOLDER, KINDS, check, load, read_sources
from forecast.reference.lookup import Similar, kind_of, similar

__all__ = [
    "COLUMNS",
    "DATASET",
    "FOLDER",
    "KINDS",
    "Achieved",
    "Share",
    "Similar",
    "achieved_in",
    "check",
    "collection_in",
    "kind_of",
    "load",
    "read_sources",
    "similar",
]
