// The rows of a review: form beside chart, what differs marked, and what may be done about it.

const MARKS = { same: "span", out: "del", in: "ins" }

function fieldNode(me, row) {
  const here = row.path === me.cursor
  const waiting = me.pending.has(row.path)
  const node = el("li", {
    class: "field " + row.tone + (here ? " cursor" : "") + (waiting ? " pending" : "") + (row.open ? "" : " settled"),
    tabindex: here ? "0" : "-1", role: "group", "aria-label": row.spoken, "data-k": row.path,
  })
  node.onclick = event => {
    if (event.target.closest("button, input, textarea, select, summary")) return
    toZone("review")
    choose(me, row.path)
    draw(me, true)
  }
  node.append(fieldHead(me, row, waiting), sides(row))
  for (const text of row.told) node.append(words("p", "told", text))
  for (const text of row.warnings) node.append(words("p", "warned", "⚠ " + text))
  if (me.data.problem?.path === row.path) node.append(el("p", { class: "problem", role: "alert", text: me.data.problem.text }))
  if (row.open && !waiting) node.append(...controls(me, row))
  return node
}

function fieldHead(me, row, waiting) {
  const line = el("div", { class: "head" }, words("b", "label", row.label))
  if (row.mark) line.append(chip("✓ " + row.mark, "done " + row.markKind))
  else line.append(chip(row.verdict, "verdict " + row.tone))
  if (row.sure) line.append(chip(row.sure, row.sureKind, row.read))
  if (waiting) line.append(el("span", { class: "soft", text: "…" }))
  if (row.by) line.append(words("span", "soft by", row.by))
  if (row.again && !waiting) line.append(button(me, "Decide again", "r", "again" + row.path, () => decideAgain(me, row), "quiet"))
  return line
}

function sides(row) {
  const side = (name, pieces, none) => {
    const text = el("dd", { dir: "auto" })
    for (const [kind, piece] of pieces) {
      const node = el(MARKS[kind])
      node.append(plain(piece))
      text.append(node)
    }
    if (!pieces.length) text.append(el("span", { class: "soft", text: none }))
    return el("div", {}, el("dt", { text: name }), text)
  }
  const grid = el("dl", { class: "sides" }, side("Form", row.form, row.noForm), side("Chart", row.chart, "nothing"))
  if (row.accepted) grid.append(side("Accepted", [["same", row.accepted]], ""))
  return grid
}

function controls(me, row) {
  if (!row.may) return [el("p", { class: "told", text: "Clinical: a nurse or the provider decides this." })]
  if (me.mode?.path === row.path) return [modePanel(me, row)]
  const bar = el("div", { class: "acts" })
  if (row.choices.length) return [choicesPanel(me, row), bar, ...others(me, row, bar)]
  if (row.value !== null) bar.append(button(me, row.acceptLabel, "1", "accept" + row.path, () => accept(me, row), "first"))
  return [bar, ...others(me, row, bar)]
}

function others(me, row, bar) {
  bar.append(button(me, row.keepLabel, "c", "keep" + row.path, () => enter(me, row, "keep")))
  if (row.parts.length) {
    bar.append(button(me, "One by one", "e", "apart" + row.path, () => takeApart(me, row)))
    return []
  }
  if (!row.stop) bar.append(button(me, "Other value", "e", "edit" + row.path, () => enter(me, row, "edit")))
  if (row.question) bar.append(button(me, "Ask the patient", "q", "ask" + row.path, () => enter(me, row, "ask")))
  return []
}

function choicesPanel(me, row) {
  const list = el("div", { class: "choices", role: "group", "aria-label": "What it may mean, likeliest first" })
  row.choices.forEach((choice, place) =>
    list.append(button(me, choice.text, String(place + 1), "choice" + place + row.path, () => accept(me, row, choice.value), "choice")),
  )
  list.append(button(me, "None of these", "e", "none" + row.path, () => enter(me, row, "edit"), "choice"))
  return list
}

// --- typing a value, giving a reason, asking ------------------------------------------------

const MODES = {
  edit: { label: "Value for the chart", go: "Accept this value", long: false },
  keep: { label: "Why does the chart stay as it is?", go: "Keep the chart", long: false },
  ask: { label: "Message to the patient", go: "Send to the patient", long: true },
}

function modePanel(me, row) {
  const { kind, text } = me.mode
  const how = MODES[kind]
  const panel = el("div", { class: "mode" })
  if (kind === "keep") panel.append(reasons(me, row))
  const id = "mode-field"
  const input = how.long
    ? el("textarea", { id, rows: "4", dir: "auto", maxlength: "2000" })
    : el("input", { id, type: "text", dir: "auto", maxlength: "2000", autocomplete: "off", placeholder: kind === "keep" ? "Another reason" : null })
  input.value = text
  input.oninput = () => (me.mode.text = input.value)
  input.onkeydown = event => {
    if (event.key === "Escape") {
      event.stopPropagation()
      leave(me)
    } else if (event.key === "Enter" && (!how.long || event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      event.stopPropagation()
      finish(me, row, input.value)
    }
  }
  const go = button(me, how.go, how.long ? "Ctrl+Enter" : "Enter", "go", () => finish(me, row, input.value), "first")
  const cancel = button(me, "Cancel", "Esc", "cancel", () => leave(me))
  panel.append(el("label", { for: id, text: how.label }), input, el("div", { class: "acts" }, go, cancel))
  return panel
}

function reasons(me, row) {
  const list = el("div", { class: "choices", role: "group", "aria-label": "Ready reasons" })
  me.data.reasons.forEach((reason, place) =>
    list.append(button(me, reason, String(place + 1), "reason" + place, () => finish(me, row, reason), "choice")),
  )
  return list
}

function button(me, label, key, name, act, kind = "") {
  const node = el("button", { type: "button", class: "act " + kind, "data-k": name })
  node.append(plain(label))
  if (key) node.append(" ", el("kbd", { text: key }))
  node.onclick = event => {
    event.stopPropagation()
    toZone("review")
    act()
  }
  return node
}
