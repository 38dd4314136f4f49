"""Every metric there is, in the order in which a manager should read them, and what is not given."""

from collections.abc import Mapping

from services.metrics.definitions.ai import AI
from services.metrics.definitions.billing import BILLING
from services.metrics.definitions.definition import Definition, NotMeasured
from services.metrics.definitions.desk import DESKS
from services.metrics.definitions.inbox import INBOX

ALL: tuple[Definition, ...] = (*INBOX, *AI, *DESKS, *BILLING)
BY_ID: Mapping[str, Definition] = {one.id: one for one in ALL}
DESKS_IN_ORDER: tuple[str, ...] = tuple(dict.fromkeys(one.desk for one in ALL))

NOT_MEASURED = (
    NotMeasured("Note time in eCW", "eCW gives nobody its audit log, so only time here is known."),
    NotMeasured("Cost of AI of a single note, form or letter",
                "Calls are kept by workflow; only the inbox keeps their cost by item."),
    NotMeasured("Prior authorization and chronic care times", "Foyer has no such workflow here."),
    NotMeasured("Net collection rate", "Contracted fees are not in payers' files."),
    NotMeasured("First-pass resolution", "Sources do not agree on what it is."),
    NotMeasured("Late cancellations", "The schedule does not say when a visit was cancelled."),
    NotMeasured("Retyping time of forms before Foyer", "Nobody measured it; enter a baseline."),
)  # fmt: skip
