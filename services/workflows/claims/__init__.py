"""Claims: checked before they leave, followed from charge to closed, and every file accounted for.

Files come from the clearinghouse by themselves. A rule that finds something holds the claim; a
person corrects it in eCW, lets the finding pass, or releases what is clean.
"""

from collections import Counter
from pathlib import Path

from services.claims import collecting, linking, posting
from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.claims import files, matching, releasing


def _poll(lines: Lines) -> Counter[str]:
    counts = collecting.fetch_new(lines.container, lines.practice, lines.ehr.clearing)
    for practice in lines.container.settings.practice:
        if practice.code == lines.practice.code and practice.claims_folder:
            folder = Path(practice.claims_folder)
            counts += collecting.collect(lines.container, lines.practice, folder)
    counts += posting.post_kept(lines.container, lines.practice)
    return counts + linking.link(lines.container, lines.practice)


WORKFLOW = Workflow(
    key="claims",
    title="Claims",
    phase=Phase.REVENUE,
    poll=_poll,
    propose=None,  # rules speak while a file is posted; no engine is asked
    actions=(
        files.accept_file,
        files.remove_file,
        releasing.overrule,
        releasing.release,
        releasing.enquire,
        releasing.take_back,
        releasing.fixed_in_ecw,
        matching.match,
        matching.unmatch,
    ),
)
