"""Quiet hours: when the practice writes to nobody first, by its own clock."""

from datetime import UTC, datetime, timedelta

from services.options import PracticeOptions


def over(moment: datetime, options: PracticeOptions) -> datetime:
    """The first UTC moment at or after *moment* at which a message may leave.

    Hours that begin later than they end last over midnight; equal ones never begin.
    """
    begins, ends = options.quiet_hours
    local = moment.astimezone(options.zone)
    now = local.time()
    if begins <= ends:
        quiet, day = begins <= now < ends, local.date()
    else:
        quiet = now >= begins or now < ends
        day = local.date() + timedelta(days=now >= begins)
    if not quiet:
        return moment
    # The wall time becomes UTC on its own date: a night with a clock change is shorter or longer.
    return datetime.combine(day, ends, options.zone).astimezone(UTC)
