"""Claims and denials, by the definitions of HFMA's MAP Keys where there is one."""

from services.metrics.definitions.definition import Definition, Good, Unit
from services.metrics.measures import days_owed, mean, median, ratio, stand, total

FILES = "Claims and payers' files (837, 277CA, 835)"
WORK = "Denials, and what people did with them on the audit trail"
PUBLISHED = "Published benchmark; your own targets replace it"

BILLING = (
    Definition(
        id="claims.clean", title="Clean claims", desk="Claims", unit=Unit.SHARE,
        what="Claims that passed every rule without anybody having to mend or overrule anything "
        "before they left (HFMA CL-1). Only claims that were checked here.",
        formula="left without a finding ÷ checked and left", source=FILES,
        measure=mean("claims.clean"), good=Good.UP, target=0.95, floor=0.9, excellent=0.98,
        target_from=PUBLISHED,
    ),
    Definition(
        id="claims.accepted", title="Accepted by the payer's door (277CA)", desk="Claims",
        unit=Unit.SHARE, what="Claims that the clearinghouse or payer took in at the first try. "
        "No judgement on payment.", formula="accepted ÷ (accepted + rejected)", source=FILES,
        measure=mean("claims.accepted"), good=Good.UP, target=0.98, target_from="Foyer's default",
    ),
    Definition(
        id="claims.denied", title="Denial rate", desk="Claims", unit=Unit.SHARE,
        what="Payers' answers that deny something (HFMA AR-5, by count). By the day of the answer. "
        "Reversals are not counted.", formula="answers with a denial ÷ answers", source=FILES,
        measure=mean("claims.denied"), good=Good.DOWN, target=0.08, excellent=0.05, floor=0.1,
        target_from=PUBLISHED,
    ),
    Definition(
        id="claims.denied_dollars", title="Denial rate, dollars", desk="Claims", unit=Unit.SHARE,
        what="The same by dollars (HFMA AR-5). The rows are by reason (CARC).",
        formula="dollars denied ÷ dollars answered", source=FILES,
        measure=ratio("denials.denied", "claims.remitted"), good=Good.DOWN, target=0.08,
        excellent=0.05, floor=0.1, target_from=PUBLISHED,
    ),
    Definition(
        id="claims.days_owed", title="Days in A/R", desk="Claims", unit=Unit.DAYS,
        what="How many average days of charges are still owed by payers at the end of the period. "
        "Billed charges stand for net revenue, which Foyer does not know.",
        formula="owed ÷ (charges of the last 90 days ÷ 90)", source=FILES,
        measure=days_owed("claims.owed", "claims.charged"), good=Good.DOWN, target=35, floor=40,
        excellent=30, target_from=PUBLISHED,
    ),
    Definition(
        id="claims.owed_old", title="A/R over 90 days", desk="Claims", unit=Unit.SHARE,
        what="The part of what payers owe at the end of the period for services of more than 90 "
        "days ago.", formula="owed over 90 days ÷ owed", source=FILES,
        measure=stand("claims.owed_old", "claims.owed"), good=Good.DOWN, target=0.15,
        excellent=0.1, target_from=PUBLISHED,
    ),
    Definition(
        id="denials.first_action", title="To first action on a denial", desk="Denials",
        unit=Unit.SECONDS, what="From the payer's answer until somebody did something about it.",
        formula="median of time from answer to first action", source=WORK,
        measure=median("denials.first_action"), good=Good.DOWN, target=5 * 86_400,
        target_from="Foyer's default",
    ),
    Definition(
        id="denials.won", title="Appeals won", desk="Denials", unit=Unit.SHARE,
        what="Letters of appeal that ended with payment, of those that ended.",
        formula="won ÷ (won + lost)", source=WORK, measure=mean("denials.appeal"), good=Good.UP,
    ),
    Definition(
        id="denials.recovered", title="Recovered", desk="Denials", unit=Unit.CENTS,
        what="What payers paid after all of what they had denied. By the day it was paid.",
        formula="sum", source=WORK, measure=total("denials.recovered"), good=Good.UP,
    ),
)  # fmt: skip
