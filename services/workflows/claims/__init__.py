"""Claims: checked before they leave, followed from charge to closed, and every file accounted for.

Files come from the clearinghouse by themselves, over HTTP, SFTP or a watched folder. A rule that finds something holds the claim; a
person corrects it in eCW, lets the finding pass, or releases what is clean.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from services.claims import collecting, linking, picking_up, posting
from services.errors import EhrError
from services.lines import Lines
from services.workflows.base import Phase, Workflow
from services.workflows.claims import files, matching, releasing


def _poll(lines: Lines) -> Counter[str]:
    """One source that is away keeps neither the others nor the posting waiting; then it is told."""
    counts: Counter[str] = Counter()
    trouble: EhrError | None = None
    for source in SOURCES:
        try:
            counts += source(lines)
        except EhrError as error:
            trouble = trouble or error
    counts += posting.post_kept(lines.container, lines.practice)
    counts += linking.link(lines.container, lines.practice)
    if trouble:
        raise trouble
    return counts


def _mailbox(lines: Lines) -> Counter[str]:
    return collecting.fetch_new(lines.container, lines.practice, lines.ehr.clearing)


def _drop(lines: Lines) -> Counter[str]:
    if lines.ehr.drop is None:
        return Counter()
    return picking_up.pick_up(lines.container, lines.practice, lines.ehr.drop)


def _folder(lines: Lines) -> Counter[str]:
    counts: Counter[str] = Counter()
    for practice in lines.container.settings.practice:
        if practice.code == lines.practice.code and practice.claims_folder:
            folder = Path(practice.claims_folder)
            counts += collecting.collect(lines.container, lines.practice, folder)
    return counts


SOURCES: tuple[Callable[[Lines], Counter[str]], ...] = (_mailbox, _drop, _folder)


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
