"""Forms, notes, reminders and visits."""

from services.metrics.definitions.definition import Definition, Good, Unit
from services.metrics.measures import mean, median, p90, ratio

FORMS = "Intake forms, and what people did with them on the audit trail"
NOTES = "Notes of visits; the browser counts seconds with a note open and in use"
VENDOR = "Vendor's table, 50-provider practice: 8 to 12 minutes a note by hand"

DESKS = (
    Definition(
        id="intake.time", title="Time in Foyer a form", desk="Intake", unit=Unit.SECONDS,
        what="How long people had a form in hand here until it was written to the chart. Pauses "
        "over 5 minutes are cut. Typing into eCW is not in it.", source=FORMS,
        formula="median of time from action to action of one person on one form",
        measure=median("intake.time"), good=Good.DOWN,
    ),
    Definition(
        id="intake.wait", title="From form to chart", desk="Intake", unit=Unit.SECONDS,
        what="From the arrival of a form until what was accepted left for the chart.",
        formula="median of time from arrival to decision", source=FORMS,
        measure=median("intake.wait"), good=Good.DOWN,
    ),
    Definition(
        id="intake.conflicts", title="Conflicts a form", desk="Intake", unit=Unit.COUNT,
        what="Contradictions that were marked on a form, on average.", source=FORMS,
        formula="conflicts ÷ forms", measure=mean("intake.conflicts"),
    ),
    Definition(
        id="intake.accepted", title="Fields accepted", desk="Intake", unit=Unit.SHARE,
        what="Of the fields that people decided, those taken over.", source=FORMS,
        formula="fields accepted ÷ fields accepted or rejected",
        measure=ratio("intake.accepted", "intake.fields"), good=Good.UP,
    ),
    Definition(
        id="notes.time", title="Note time in Foyer", desk="Notes", unit=Unit.SECONDS,
        what="How long a note was open and in use here until it was approved. Time in eCW, "
        "signing included, is not in it: eCW tells nobody.", formula="median of seconds in use",
        source=NOTES, measure=median("notes.time"), good=Good.DOWN, target=300, excellent=180,
        floor=480, target_from="Vendor's table: 3 to 5 minutes a note with a draft", baseline=600,
        baseline_from=VENDOR,
    ),
    Definition(
        id="notes.time_p90", title="Note time in Foyer, 9 in 10", desk="Notes", unit=Unit.SECONDS,
        what="Nine in ten notes took no longer.", formula="90th percentile of seconds in use",
        source=NOTES, measure=p90("notes.time"), good=Good.DOWN, baseline=720,
        baseline_from=VENDOR,
    ),
    Definition(
        id="notes.filed", title="From visit to eCW", desk="Notes", unit=Unit.SECONDS,
        what="From the beginning of a visit until its note was read back in eCW as a draft.",
        formula="median of time from visit to filed", source=NOTES,
        measure=median("notes.filed"), good=Good.DOWN,
    ),
    Definition(
        id="notes.as_drafted", title="Notes sent as drafted", desk="Notes", unit=Unit.SHARE,
        what="Drafted notes that the provider approved without a change.",
        formula="approved unchanged ÷ drafted notes approved", source=NOTES,
        measure=mean("notes.as_drafted"),
    ),
    Definition(
        id="reminders.confirmed", title="Reminders confirmed", desk="Reminders", unit=Unit.SHARE,
        what="Reminders of a visit that the patient answered with yes. By the day it was sent.",
        formula="confirmed ÷ sent", source="Reminders", measure=mean("reminders.confirmed"),
        good=Good.UP,
    ),
    Definition(
        id="reminders.change", title="Asked to change", desk="Reminders", unit=Unit.SHARE,
        what="Reminders of a visit that the patient answered with “not then”.",
        formula="change asked ÷ sent", source="Reminders", measure=mean("reminders.change"),
    ),
    Definition(
        id="visits.noshow", title="No-shows", desk="Reminders", unit=Unit.SHARE,
        what="Visits to which the patient did not come. Only those of which eCW says either.",
        formula="no-shows ÷ (no-shows + visits that took place)", source="Schedule from eCW",
        measure=mean("visits.noshow"), good=Good.DOWN, target=0.08, floor=0.12,
        target_from="Published benchmark: no-shows and late cancellations under 8 %",
    ),
)  # fmt: skip
