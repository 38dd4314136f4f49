"""Templates: which sections a note has at each location, tried on real notes before they count."""

import streamlit as st

from pages.parts.desk import open_building
from pages.parts.manage import clock_time, may_do, open_room, said_plainly, zone_of
from pages.parts.plain import harmless
from services.desk import Actor
from services.workflows.notes import templates
from services.workflows.notes.templates import TemplateRow, Trial

NEW = "A new template"
STARTER = """name = "Office visit"
location = "Location/…"

[[section]]
key = "chief_complaint"
code = "CC"
text = "Chief complaint"
"""


def show(actor: Actor) -> None:
    """The templates in force, and one of them open to edit."""
    found = templates.templates(open_building(), actor)
    if not found:
        st.info("eCW has told no template yet, and nobody has written one.")
    names = {row.name + f" ({row.location or 'everywhere'})": row for row in found}
    chosen = st.selectbox("Template", [*names, NEW], key="template")
    _one(actor, names.get(chosen))


def _one(actor: Actor, row: TemplateRow | None) -> None:
    if row:
        _facts(actor, row)
    text = st.text_area(
        "Sections in order, as TOML", value=row.toml if row else STARTER, height=420,
        key=f"toml/{row.location if row else ''}/{row.version if row else 0}",
        disabled=not may_do(actor, templates.save.verb),
    )  # fmt: skip
    with st.container(horizontal=True):
        tried = st.button("Try on past notes", key="try", help="A dry run: nothing is sent.")
        kept = may_do(actor, templates.save.verb) and st.button(
            templates.save.label, key="save", type="primary", help=templates.save.help
        )
    with said_plainly():
        if tried:
            _trial(templates.try_out(open_building(), actor, text))
        if kept:
            templates.save(open_building(), actor, text, row.version if row else 0)
            st.rerun()


def _facts(actor: Actor, row: TemplateRow) -> None:
    by = "told by eCW" if row.is_discovered else f"written by {row.edited_by or 'somebody'}"
    st.caption(f"Version {row.version}, {by}, {clock_time(row.edited_at, zone_of(actor))}.")
    if row.told_at is None:
        st.caption("eCW does not tell its own template for this place, so nobody can compare.")
    elif not row.differences:
        st.success("eCW's own template agrees.", icon=":material/check:")
    for one in row.differences:
        st.error(harmless(f"Nothing is sent from here: {one}"), icon=":material/rule:")


def _trial(trial: Trial) -> None:
    if not trial.notes:
        st.info("There is no note of this place yet to try it on.")
        return
    st.text(f"{trial.fit} of {trial.notes} past notes would fit as they are.")
    for title, count in trial.homeless:
        st.text(f"No place for “{title}”: {count} notes")
    st.text("\n".join(trial.example))


actor = open_room("notes.read_templates", "read templates")
st.title("Templates")
show(actor)
