// One open form: what matches folded away, each difference a decision, and what became of them.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start(root))
  me.trigger = event => setTriggerValue("event", event)
  me.data = data
  fitPane(root)
  const other = me.form !== data.form
  if (other) fresh(me)
  else if (data.problem && data.problem.n !== me.problem) again(me)
  me.problem = data.problem?.n
  answered(me, data.handled)
  const row = rowOf(me, me.cursor)
  if (!row || (me.acted && !isOpen(me, row) && rows(me).some(one => isOpen(me, one)))) first(me)
  draw(me)
  if (other && me.settle) focusRow(me)
  return () => {
    instances.delete(parentElement)
    clearTimeout(me.lost)
    clearTimeout(me.unheard)
    window.removeEventListener("keydown", me.onKey, true)
    document.removeEventListener("foyer-place", me.onPlace)
    document.removeEventListener("foyer-zone", me.onZone)
    window.removeEventListener("resize", me.onResize)
  }
}

function start(root) {
  const me = { root, count: Date.now(), waiting: [], pending: new Set(), split: new Set(), busy: 0, mode: null, cursor: null, form: null }
  me.body = el("div", { class: "body" })
  me.voice = el("div", { class: "hidden-label", role: "status", "aria-live": "polite" })
  root.replaceChildren(me.body, me.voice)
  me.onKey = event => keyed(me, event)
  me.onPlace = event => {
    if (event.detail.form !== me.data.form) return
    const row = rowOf(me, event.detail.path)
    if (!row) return
    toZone("review")
    choose(me, row.path, false)
    draw(me, true)
  }
  me.onZone = event => {
    me.root.classList.toggle("away", event.detail !== "review")
    if (event.detail === "review") focusRow(me)
  }
  me.onResize = () => fitPane(root)
  window.addEventListener("resize", me.onResize)
  window.addEventListener("keydown", me.onKey, true)
  document.addEventListener("foyer-place", me.onPlace)
  document.addEventListener("foyer-zone", me.onZone)
  return me
}

// Another form: nothing that was meant for the one before may reach it.
function fresh(me) {
  const typing = me.root.getRootNode().activeElement?.matches?.("input, textarea")
  Object.assign(me, { form: me.data.form, waiting: [], mode: null, noting: null, typed: null, sought: "", busy: 0, since: Date.now(), cursor: null })
  me.pending.clear()
  me.split.clear()
  clearTimeout(me.lost)
  document.foyerOpening = 0
  document.foyerField = null
  me.body.replaceChildren()
  me.marks = ""
  first(me)
  me.settle = !typing
  if (!typing) toZone("review")
}

function first(me) {
  const all = rows(me)
  const next = all.find(row => isOpen(me, row) && row.may) ?? all.find(row => isOpen(me, row)) ?? all[0]
  if (next) choose(me, next.path)
  else me.cursor = null
}

// What was refused comes back as it was typed.
function again(me) {
  if (me.typed?.path === me.data.problem.path) {
    me.mode = { ...me.typed }
    choose(me, me.typed.path, false)
  }
  say(me, me.data.problem.text)
}

function say(me, text) {
  me.voice.textContent = text
}

function draw(me, moved = false) {
  const marks = JSON.stringify([me.data, me.cursor, me.mode?.kind, me.mode?.path, [...me.pending], [...me.split], Boolean(me.noting)])
  if (marks === me.marks) return
  me.marks = marks
  const top = me.root.scrollTop
  const held = holding(me)
  me.body.replaceChildren(...parts(me).filter(Boolean))
  me.root.scrollTop = top
  hold(me, held)
  if (moved) me.body.querySelector(".field.cursor")?.scrollIntoView({ block: "nearest" })
}

// The place the person is at must survive being drawn again.
function holding(me) {
  const node = me.root.getRootNode().activeElement
  if (!node || !me.body.contains(node)) return null
  return { id: node.id, key: node.dataset.k, field: node.matches(".field"), start: node.selectionStart, end: node.selectionEnd }
}

function hold(me, held) {
  if (!held) return
  const same = held.id ? me.body.querySelector("#" + held.id) : [...me.body.querySelectorAll("[data-k]")].find(node => node.dataset.k === held.key)
  const node = held.field || !same ? me.body.querySelector(".field.cursor") : same
  node?.focus({ preventScroll: true })
  if (node === same && held.id && held.start !== undefined && held.start !== null) same.setSelectionRange(held.start, held.end)
}

function parts(me) {
  const { data } = me
  return [
    head(me), noted(me), data.notice ? notice(data.notice) : null, data.whose ? whose(me) : null,
    data.insured ? insured(data.insured) : null, data.match ? matching(me) : null, ...data.groups.map(group => section(me, group)),
    data.clinical ? clinical(me) : null,
    data.missing ? folded(me, "missing", data.missing.text, data.missing.rows) : null,
    ...data.copy.map(entry => copyBlock(me, entry)), data.sent.length ? sent(me) : null, moves(me),
  ]
}

function head(me) {
  const { head: top } = me.data
  const name = el("h2", { dir: "auto" })
  name.append(plain(top.patient))
  const who = el("div", { class: "who" }, name, el("span", { class: "soft", text: top.born }))
  const chips = el("div", { class: "chips" })
  for (const mark of top.chips) chips.append(chip(...mark))
  return el("header", {}, who, words("div", "visit", top.visit), chips)
}

// What a colleague should know; one line to read, and one to write in.
function noted(me) {
  const { note } = me.data
  if (me.noting) return noteForm(me)
  if (!note.text) return null
  const node = el("div", { class: "notice" }, words("span", "", "✎ " + note.text), words("span", "soft", note.by))
  return node
}

function noteForm(me) {
  const input = el("input", { id: "note-field", type: "text", dir: "auto", maxlength: "500", autocomplete: "off" })
  input.value = me.noting.text
  const close = () => {
    me.noting = null
    draw(me, true)
  }
  const keep = () => {
    send(me, "note", { text: input.value })
    close()
  }
  input.oninput = () => (me.noting.text = input.value)
  input.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== "Escape") return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === "Enter") keep()
    else close()
  }
  const acts = el("div", { class: "acts" }, button(me, "Keep the note", "Enter", "keepnote", keep, "first"), button(me, "Cancel", "Esc", "nonote", close))
  return el("div", { class: "mode" }, el("label", { for: "note-field", text: "Note for colleagues, never for the patient" }), input, acts)
}

function notice(what) {
  const node = el("div", { class: "notice " + what.kind, role: what.kind === "bad" ? "alert" : "status" })
  node.append(words("b", "", what.title))
  if (what.next) node.append(words("span", "", what.next))
  return node
}

// What the chart knows of the insurance on that day; it is there whatever the form says.
function insured(what) {
  const list = el("ul", { class: "insured", role: "list", "aria-label": what.title })
  for (const line of what.lines) list.append(el("li", {}, chip(line.words, line.kind), words("span", "", line.text)))
  return el("section", {}, el("h3", {}, what.title + " ", el("span", { class: "soft", text: what.read })), list)
}

function matching(me) {
  const { match } = me.data
  const node = folded(me, "match", match.text, match.rows)
  node.classList.add("match")
  if (match.ask) node.querySelector("summary").append(" ", button(me, match.ask, "a", "matching", () => simple(me, "matching"), "first"))
  return node
}

// What another profession decides takes one line here, and one key to pass on.
function clinical(me) {
  const { clinical: what } = me.data
  const node = folded(me, "clinical", what.text, what.rows)
  node.classList.add("clinical")
  if (what.ask) node.querySelector("summary").append(" ", button(me, what.ask, "⇧E", "escalate", () => simple(me, "escalate"), "first"))
  return node
}

function folded(me, name, text, list) {
  const summary = el("summary", { "data-k": name })
  summary.append(words("span", "sum", text))
  const table = el("dl", { class: "same" })
  for (const row of list) table.append(words("dt", "", row.label), words("dd", "", row.value))
  const node = el("details", { class: "fold" }, summary, table)
  me.folds ??= {}
  node.open = Boolean(me.folds[name])
  node.ontoggle = () => (me.folds[name] = node.open)
  return node
}

function section(me, group) {
  const list = el("ul", { role: "list", "aria-label": group.title })
  for (const row of singly(me, group.rows)) list.append(fieldNode(me, row))
  const title = el("h3", { text: group.title })
  if (group.left) title.append(" ", el("span", { class: "soft", text: group.left }))
  return el("section", {}, title, list)
}

// --- whose form it is -----------------------------------------------------------------------

function whose(me) {
  const { whose: ask } = me.data
  const node = el("section", { class: "whose" }, el("h3", { text: ask.title }))
  for (const reason of ask.reasons) node.append(words("p", "told", reason))
  const people = ask.found ?? ask.people
  people.forEach((person, place) => node.append(personNode(me, person, place)))
  if (ask.likely && !ask.found) {
    const none = button(me, "None of these", "0", "nobody", () => send(me, "none"))
    node.append(el("div", { class: "person" }, words("span", "told", "Somebody else's, or not a patient yet"), none))
  }
  if (!people.length) node.append(el("p", { class: "told", text: ask.none }))
  const input = el("input", {
    type: "search", id: "find-field", autocomplete: "off", placeholder: "Exact name, DOB or MRN",
    "aria-label": "Find a patient by exact name, date of birth or MRN",
  })
  input.value = me.sought ?? ""
  input.oninput = () => (me.sought = input.value)
  input.onkeydown = event => {
    if (event.key !== "Enter" || !input.value.trim()) return
    event.stopPropagation()
    send(me, "find", { words: input.value.trim() })
  }
  const go = button(me, "Find", "Enter", "find", () => input.value.trim() && send(me, "find", { words: input.value.trim() }))
  node.append(el("div", { class: "find" }, input, go), el("p", { class: "soft", text: ask.help }))
  return node
}

function personNode(me, person, place) {
  const told = el("div", {}, words("b", "", person.name), words("div", "soft", person.detail))
  for (const reason of person.reasons) told.append(words("div", "told", reason))
  const key = place < 9 ? String(place + 1) : ""
  return el("div", { class: "person" }, told, button(me, "This patient", key, "person" + place, () => send(me, "confirm", { ref: person.ref }), "first"))
}
