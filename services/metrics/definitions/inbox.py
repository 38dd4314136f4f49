"""The inbox: how soon, how often and by whom patients' messages were answered.

A message is a conversation here: staff answer a thread once, however much the patient wrote.
"""

from services.metrics.definitions.definition import Definition, Good, Unit
from services.metrics.measures import a_day, mean, median, p90, ratio

DESK = "Inbox"
STORED = "Messages, and what people did with them on the audit trail"
HOUSE = "Foyer's default; your administrator's targets replace it"
OPEN = "in opening hours"
WALL = "on the wall clock"

INBOX = (
    Definition(
        id="inbox.response_rate", title="Response rate", desk=DESK, unit=Unit.SHARE,
        what="How many of the messages that needed a reply have one. Thanks, withdrawn messages "
        "and those closed as needing no reply are not counted. By the day the message came.",
        formula="answered ÷ messages that needed a reply", source=STORED,
        measure=mean("inbox.needed"), good=Good.UP, target=0.95, floor=0.85, target_from=HOUSE,
    ),
    Definition(
        id="inbox.response_median", title=f"First response, {OPEN}", desk=DESK, unit=Unit.SECONDS,
        what="From the patient's first message to the first reply of the practice, from Foyer or "
        "elsewhere, counting opening hours only. By the day of the reply.",
        formula="median of opening time from first message to first reply", source=STORED,
        measure=median("inbox.response_open"), good=Good.DOWN, target=4 * 3600, floor=8 * 3600,
        target_from=HOUSE,
    ),
    Definition(
        id="inbox.response_p90", title=f"First response, 9 in 10, {OPEN}", desk=DESK,
        unit=Unit.SECONDS, what="Nine in ten first replies came within this much opening time.",
        formula="90th percentile of opening time from first message to first reply", source=STORED,
        measure=p90("inbox.response_open"), good=Good.DOWN, target=8 * 3600, target_from=HOUSE,
    ),
    Definition(
        id="inbox.response_wall", title=f"First response, {WALL}", desk=DESK, unit=Unit.SECONDS,
        what="The same as the patient lives it: nights and weekends count.",
        formula="median of time from first message to first reply", source=STORED,
        measure=median("inbox.response"), good=Good.DOWN,
    ),
    Definition(
        id="inbox.touch_median", title=f"First touch, {OPEN}", desk=DESK, unit=Unit.SECONDS,
        what="Until somebody opened the message here or did something with it.",
        formula="median of opening time from first message to first opening or action",
        source=STORED, measure=median("inbox.touch_open"), good=Good.DOWN,
    ),
    Definition(
        id="inbox.touch_wall", title=f"First touch, {WALL}", desk=DESK, unit=Unit.SECONDS,
        what="The same with nights and weekends.", source=STORED,
        formula="median of time from first message to first opening or action",
        measure=median("inbox.touch"), good=Good.DOWN,
    ),
    Definition(
        id="inbox.resolution_median", title=f"Resolution, {OPEN}", desk=DESK, unit=Unit.SECONDS,
        what="Until the conversation was closed. By the day it was closed.", source=STORED,
        formula="median of opening time from first message to closing",
        measure=median("inbox.closed_open"), good=Good.DOWN,
    ),
    Definition(
        id="inbox.resolution_wall", title=f"Resolution, {WALL}", desk=DESK, unit=Unit.SECONDS,
        what="The same with nights and weekends.", source=STORED,
        formula="median of time from first message to closing",
        measure=median("inbox.closed"), good=Good.DOWN,
    ),
    Definition(
        id="inbox.sla", title="Answered in time", desk=DESK, unit=Unit.SHARE,
        what="First replies that came within the target of their urgency, in opening hours. "
        "What is not answered yet is on the inbox, not here.",
        formula="replies within target ÷ first replies", source=f"{STORED}; service targets",
        measure=mean("inbox.sla"), good=Good.UP, target=0.9, excellent=0.97, floor=0.75,
        target_from=HOUSE,
    ),
    Definition(
        id="inbox.by_staff", title="Done without a provider", desk=DESK, unit=Unit.SHARE,
        what="Closed conversations in which no provider had to do anything.", source=STORED,
        formula="closed without a provider's action ÷ closed", measure=mean("inbox.by_staff"),
        good=Good.UP,
    ),
    Definition(
        id="inbox.one_touch", title="One touch", desk=DESK, unit=Unit.SHARE,
        what="Closed conversations that took one action. What was undone is not counted.",
        formula="closed with one action ÷ closed", source=STORED,
        measure=mean("inbox.one_touch"), good=Good.UP,
    ),
    Definition(
        id="inbox.touches", title="Touches a message", desk=DESK, unit=Unit.COUNT,
        what="How many actions a closed conversation took on average.",
        formula="actions ÷ closed conversations", source=STORED, measure=mean("inbox.touches"),
        good=Good.DOWN,
    ),
    Definition(
        id="inbox.reopened", title="Reopened", desk=DESK, unit=Unit.SHARE,
        what="Closed conversations that somebody had to open again.",
        formula="reopened ÷ closed", source=STORED, measure=mean("inbox.reopened"),
        good=Good.DOWN,
    ),
    Definition(
        id="inbox.after_hours", title="After-hours work", desk=DESK, unit=Unit.SHARE,
        what="Actions on messages done while the practice was closed. Counted for the practice, "
        "never for a person.", formula="actions outside opening hours ÷ actions", source=STORED,
        measure=ratio("inbox.late_touches", "inbox.touches"), good=Good.DOWN,
    ),
    Definition(
        id="inbox.time", title="Time in Foyer a message", desk=DESK, unit=Unit.SECONDS,
        what="How long people had a message in hand here. Pauses over 5 minutes are cut. Time in "
        "eCW is not in it.", source=STORED, measure=median("inbox.time"), good=Good.DOWN,
        formula="median of time from action to action of one person on one message",
    ),
    Definition(
        id="inbox.time_a_day", title="Time in Foyer a day", desk=DESK, unit=Unit.SECONDS,
        what="The practice's time with messages here on a day on which any was closed. Time in eCW "
        "is not in it.", formula="time in Foyer with messages ÷ days with closed messages",
        source=STORED, measure=a_day("inbox.time"), good=Good.DOWN, target=600,
        target_from="Vendor's table: 10 minutes a day with assisted sorting", baseline=1800,
        baseline_from="Vendor's table: 30 minutes a day and more, sorting by hand",
    ),
)  # fmt: skip
