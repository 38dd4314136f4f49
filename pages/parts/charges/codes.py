"""One code: what it is, the sentences that support it, what it is for, and the form to change it."""

import streamlit as st

from db.charges import ChargeState
from pages.parts.charges import words
from pages.parts.charges.wishes import ADDING, CLICKS, VISIT, wish_typed
from services.workflows.charges import approving, editing, lookup
from services.workflows.charges.coding import MOST_POINTERS, CodeLine, Kind
from services.workflows.charges.reading import OpenCharges


def show(visit: OpenCharges) -> None:
    """Draw every code that stands, then what was removed, then the field to add one."""
    st.markdown("**Visit and procedures**")
    for line in visit.codes.charged():
        _line(visit, line)
    if not visit.codes.charged():
        st.text("None. Add one below, or set the visit aside.")
    st.markdown("**Diagnoses**")
    for line in visit.codes.diagnoses():
        _line(visit, line)
    if not visit.codes.diagnoses():
        st.text("None that the assessment names with certainty.")
    _removed(visit)
    if _may_change(visit):
        _add(visit)


def _line(visit: OpenCharges, line: CodeLine) -> None:
    with st.container(border=True, key=f"line-{line.id}", gap="xxsmall"):
        _head(visit, line)
        if VISIT.edited == line.id and _may_change(visit):
            _form(visit, line)
            return
        if line.kind is not Kind.DIAGNOSIS:
            _pointers(visit, line)
        _support(line)
        if line.reason:
            st.text(f"Reason: {line.reason}")
        if line.check:
            st.caption(f":material/visibility: {line.check}")
        _settle(visit, line)


def _support(line: CodeLine) -> None:
    """The sentences of the signed note that the code rests on, each with its place there."""
    for one in line.support:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"“{one.text}”", width="content")
            st.caption(f"{one.section}, sentence {one.place}", width="content")


def _head(visit: OpenCharges, line: CodeLine) -> None:
    standing = visit.standing.get(line.id, "")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{line.code}**", width="content")
        st.text(line.words, width="content")
        for modifier in line.modifiers:
            st.badge(modifier, color="blue")
        if line.units > 1:
            st.badge(f"{line.units} units", color="blue")
        if line.by == "person":
            st.badge("Yours, with a reason", color="gray", icon=":material/person:")
        if standing:
            label, color, icon = words.PROMISES[standing]
            st.badge(label, color=color, icon=icon)
        st.space("stretch")
        if _may_change(visit) and not standing and VISIT.edited != line.id:
            _button("Change", f"edit/{line.id}", VISIT.edit, line.id)
            _button(
                "Remove",
                f"remove/{line.id}",
                CLICKS.wish,
                editing.remove,
                visit.row.target,
                line.id,
            )


def _button(label: str, key: str, call: object, *arguments: object) -> None:
    st.button(label, key=key, on_click=call, args=arguments, type="tertiary")  # type: ignore[arg-type]


def _pointers(visit: OpenCharges, line: CodeLine) -> None:
    found = visit.codes.pointed(line)
    if found:
        st.text(f"For {', '.join(found)}")
    else:
        st.warning(
            "It points to no diagnosis. Say which one it is for.", icon=":material/link_off:"
        )


def _settle(visit: OpenCharges, line: CodeLine) -> None:
    """What nobody could confirm is settled by whoever looks in eCW."""
    if visit.standing.get(line.id) != "unconfirmed" or approving.settle.verb not in visit.verbs:
        return
    with st.container(horizontal=True):
        for label, is_there in (("eCW shows it", True), ("eCW does not show it", False)):
            st.button(
                label, key=f"settle/{line.id}/{is_there}", on_click=CLICKS.wish,
                args=(approving.settle, visit.row.target, line.id, is_there),
                help=approving.settle.help,
            )  # fmt: skip


def _removed(visit: OpenCharges) -> None:
    gone = [one for one in visit.codes.lines if one.removed]
    if not gone:
        return
    with st.expander(f"Removed, and not sent ({len(gone)})"):
        for line in gone:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{line.code}  {line.words}", width="content")
                if _may_change(visit):
                    _button(
                        "Put back", f"restore/{line.id}", CLICKS.wish, editing.restore,
                        visit.row.target, line.id,
                    )  # fmt: skip


def _form(visit: OpenCharges, line: CodeLine) -> None:
    """Fields as the code has them now; another code needs a reason."""
    at = f"{visit.row.id}/{line.id}"
    first, second, third = st.columns([2, 2, 1])
    first.text_input("Code", value=line.code, key=f"code/{at}")
    if line.kind is not Kind.DIAGNOSIS:
        second.text_input(
            "Modifiers", value=" ".join(line.modifiers), key=f"modifiers/{at}", placeholder="25 59"
        )
        third.number_input("Units", 1, editing.MOST_UNITS, line.units, key=f"units/{at}")
        _diagnoses(visit, f"for/{at}", line.pointers)
    st.text_input("Reason, if the code is another", key=f"reason/{at}")

    def typed() -> tuple[object, ...]:
        return (line.id, *_fields(at, line))

    with st.container(horizontal=True):
        st.button(
            editing.change.label, key=f"keep/{at}", type="primary", on_click=wish_typed,
            args=(editing.change, visit.row.target, typed),
        )  # fmt: skip
        st.button("Cancel", key=f"cancel/{at}", on_click=VISIT.edit, args=("",))


def _fields(at: str, line: CodeLine) -> tuple[object, ...]:
    kept = st.session_state
    return (
        kept.get(f"code/{at}", line.code), kept.get(f"modifiers/{at}", " ".join(line.modifiers)),
        int(kept.get(f"units/{at}", line.units)), tuple(kept.get(f"for/{at}", line.pointers)),
        kept.get(f"reason/{at}", ""),
    )  # fmt: skip


def _add(visit: OpenCharges) -> None:
    if VISIT.edited != ADDING:
        st.button(
            "Add a code", key="add-code", icon=":material/add:", on_click=VISIT.edit, args=(ADDING,)
        )
        return
    at = f"{visit.row.id}/new"
    with st.container(border=True, key="adding", gap="xxsmall"):
        st.markdown("**Add a code that the note supports**")
        said = st.text_input(
            "Number or words", key=f"search/{at}", placeholder="36415, vaccine, knee pain",
            help="At least three letters; Enter searches.",
        )  # fmt: skip
        found = lookup.search(said or "")
        if len(said or "") >= 3 and not found:
            st.warning("None of our lists has it. Try the number, or fewer words.")
        options = [(str(one.kind), one.code) for one in found]
        names = {(str(o.kind), o.code): f"{o.code}  {o.words}" for o in found}
        if options:
            st.radio("Found", options, format_func=names.__getitem__, key=f"found/{at}")
            _diagnoses(visit, f"for/{at}", ())
            st.text_input("Reason (kept with the code)", key=f"reason/{at}")
        _adding_buttons(visit, at, is_found=bool(options))


def _adding_buttons(visit: OpenCharges, at: str, *, is_found: bool) -> None:
    def typed() -> tuple[object, ...]:
        kept = st.session_state
        kind, code = kept[f"found/{at}"]
        reason, pointers = kept.get(f"reason/{at}", ""), tuple(kept.get(f"for/{at}", ()))
        return kind, code, reason, "", 1, pointers

    with st.container(horizontal=True):
        if is_found:
            st.button(
                editing.add.label, key=f"keep/{at}", type="primary", on_click=wish_typed,
                args=(editing.add, visit.row.target, typed), help=editing.add.help,
            )  # fmt: skip
        st.button("Cancel", key=f"cancel/{at}", on_click=VISIT.edit, args=("",))


def _diagnoses(visit: OpenCharges, key: str, chosen: tuple[str, ...]) -> None:
    names = {one.id: f"{one.code} {one.words}" for one in visit.codes.diagnoses()}
    st.multiselect(
        "For these diagnoses, the main one first", list(names), [c for c in chosen if c in names],
        format_func=names.__getitem__, key=key, max_selections=MOST_POINTERS,
    )  # fmt: skip


def _may_change(visit: OpenCharges) -> bool:
    return visit.row.state is ChargeState.READY and editing.change.verb in visit.verbs
