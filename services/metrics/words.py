"""Values in words, the same on screen, in files and on the console."""

from collections.abc import Mapping
from datetime import timedelta

from services.metrics.definitions.definition import Definition, Good, Standing, Unit
from services.metrics.report import Reading
from services.money import dollars

NONE = "no data"
STANDINGS: Mapping[Standing, str] = {
    Standing.EXCELLENT: "excellent",
    Standing.MET: "target met",
    Standing.MISSED: "target missed",
    Standing.FAR_OFF: "far off target",
    Standing.NONE: "no target",
}


def said(unit: Unit, value: float | None) -> str:
    """``4 min 10 s``, ``12.5 %``, ``$1,204.00`` or ``no data``."""
    if value is None:
        return NONE
    match unit:
        case Unit.SECONDS:
            return _span(value)
        case Unit.SHARE:
            return f"{value:.1%}".replace("%", " %")
        case Unit.CENTS:
            return dollars(round(value))
        case Unit.MICRODOLLARS:
            return f"${value / 1_000_000:,.2f}"
        case Unit.DAYS:
            return f"{value:,.1f} days"
        case Unit.HOURS:
            return f"{value:,.1f} h"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _span(seconds: float) -> str:
    whole = timedelta(seconds=round(seconds))
    hours, rest = divmod(whole.seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(whole.days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    told = [f"{n} {unit}" for n, unit in parts if n]
    return " ".join(told[:2]) or "0 s"


def change_said(reading: Reading) -> str:
    """``-12 % to the days before``; nothing where either is unknown."""
    if reading.change is None:
        return ""
    return f"{reading.change:+.0%} to the days before".replace("%", " %")


def wish_said(metric: Definition, target: float) -> str:
    """``at most 5 min`` or ``at least 95 %``."""
    most = "at most" if metric.good is Good.DOWN else "at least"
    return f"{most} {said(metric.unit, target)}"


def standing_said(reading: Reading) -> str:
    """``target met``, ``far off target`` or, without a value, ``no data``."""
    return STANDINGS[reading.standing] if reading.now.count else NONE
