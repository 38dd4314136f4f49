"""Forms: the worklist and the page at every size, the engine alone, and the way from arrival to the chart."""

from collections.abc import Iterator

from tests.bench import intake_engine, intake_list, intake_page, intake_path, intake_schedule
from tests.bench.figures import Figure, Scale

PARTS = (intake_path, intake_engine, intake_schedule, intake_list)


def measure(scale: Scale) -> Iterator[Figure]:
    """Each part after the other."""
    for part in (*PARTS, intake_page):  # the last one needs a browser
        yield from part.measure(scale)
