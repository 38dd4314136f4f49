"""Every metric day by day at once, for files that show them all."""

from collections.abc import Sequence

from services.desk import Desk
from services.metrics.definitions import ALL
from services.metrics.loading import Narrow
from services.metrics.report import Series, Span, loaded_of, series_of, wanted_of


def every_series(desk: Desk, span: Span, narrow: Narrow) -> Sequence[Series]:
    """A series of each metric, in their order, without marks; the facts are read once."""
    wanted = wanted_of(desk, span.last)
    loaded = loaded_of(desk, ALL, span, wanted)
    return [series_of(one, loaded, span, narrow, wanted[one.id]) for one in ALL]
