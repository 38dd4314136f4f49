// One open denial: the payer's answer beside what was billed, the suggested path, and its letter.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start(root))
  me.trigger = event => setTriggerValue("event", event)
  me.data = data
  fitPane(root)
  if (me.denial !== data.denial) fresh(me)
  else if (data.problem && data.problem.number !== me.problem) me.voice.textContent = data.problem.text
  if (me.group !== Boolean(data.group?.asked)) {
    me.group = Boolean(data.group?.asked)
    if (me.group) toZone("review")
  }
  me.problem = data.problem?.number
  if (me.busy && data.handled >= me.busy) me.busy = 0
  draw(me)
  return () => {
    instances.delete(parentElement)
    clearTimeout(me.unheard)
    window.removeEventListener("keydown", me.onKey, true)
    window.removeEventListener("resize", me.onResize)
    document.removeEventListener("foyer-zone", me.onZone)
  }
}

function start(root) {
  const me = { root, count: Date.now(), busy: 0, mode: null, folds: {}, denial: null, group: false }
  me.body = el("div", { class: "body", tabindex: "-1" })
  me.voice = el("div", { class: "hidden-label", role: "status", "aria-live": "polite" })
  root.replaceChildren(me.body, me.voice)
  me.onKey = event => keyed(me, event)
  me.onZone = event => root.classList.toggle("away", event.detail !== "review")
  me.onResize = () => fitPane(root)
  window.addEventListener("keydown", me.onKey, true)
  window.addEventListener("resize", me.onResize)
  document.addEventListener("foyer-zone", me.onZone)
  return me
}

// Another denial: nothing that was meant for the one before may reach it.
function fresh(me) {
  Object.assign(me, { denial: me.data.denial, mode: null, busy: 0, since: Date.now(), folds: {}, marks: "" })
  document.foyerOpening = 0
  me.root.scrollTop = 0
  toZone("review")
}

function draw(me) {
  const marks = JSON.stringify([me.data, me.mode?.kind, me.mode?.path, me.busy > 0])
  if (marks === me.marks) return
  me.marks = marks
  const held = holding(me)
  const top = me.root.scrollTop
  me.body.replaceChildren(...parts(me).filter(Boolean))
  me.root.scrollTop = top
  if (held) me.body.querySelector("#" + held)?.focus({ preventScroll: true })
}

const holding = me => {
  const node = me.root.getRootNode().activeElement
  return node && me.body.contains(node) ? node.id : ""
}

function parts(me) {
  const { data } = me
  return [
    head(me), data.notice ? notice(data.notice) : null,
    data.problem ? el("p", { class: "problem", role: "alert", text: data.problem.text }) : null,
    data.group ? group(me) : null, data.group?.asked ? null : advice(me), why(me), beside(me), letter(me),
    folded(me, "similar", "Similar denials: " + data.similar.text, data.similar.rows.map(row => words("p", "told", row))),
    folded(me, "steps", "Timeline of the claim", [timeline(me)]), sent(me), moves(me),
  ]
}

function head(me) {
  const { head: top, due } = me.data
  const title = el("h2", { dir: "auto" })
  title.append(plain(top.title))
  const line = el("div", { class: "who" }, title, chip(due.text, due.kind, due.rule))
  for (const mark of top.chips) line.append(chip(...mark))
  return el("header", { "data-id": me.data.denial }, line, words("div", "patient", top.patient), words("div", "soft", top.facts))
}

function notice(what) {
  const node = el("div", { class: "notice " + what.kind, role: what.kind === "bad" ? "alert" : "status" })
  node.append(words("b", "", what.title))
  if (what.next) node.append(words("span", "", what.next))
  return node
}

function button(me, label, key, name, act, kind = "") {
  const node = el("button", { type: "button", class: "act " + kind, id: "do-" + name })
  node.append(plain(label))
  if (key) node.append(" ", el("kbd", { text: key }))
  node.disabled = me.busy > 0
  node.onclick = event => {
    event.stopPropagation()
    toZone("review")
    act()
  }
  return node
}

// --- what to do -----------------------------------------------------------------------------

function advice(me) {
  const { data } = me
  if (me.mode?.kind === "path") return confirming(me)
  const { path } = data
  if (!path) return null
  const node = el("section", { class: "advice" }, el("h3", { text: "Suggested: " + path.label }), words("p", "", path.why))
  node.append(words("p", "told worth", data.worth))
  if (data.due.rule) node.append(words("p", "told", "Last day " + data.due.day + ". " + data.due.rule))
  if (data.cause) node.append(words("p", "told", data.cause))
  const ask = path.may ? button(me, path.label, "1", "path", () => choose(me, path.path), "first") : el("span", { class: "told", text: "Your role may not do this; please pass it on." })
  node.append(el("div", { class: "acts" }, ask))
  return node
}

function confirming(me) {
  const move = me.data.moves.find(one => one.path === me.mode.path)
  if (!move) return null
  const node = el("section", { class: "advice confirm" }, el("h3", { text: move.label + "?" }), words("p", "", move.leaves))
  if (move.path === "correct") node.append(editor(me))
  if (passable(me)) node.append(passing(me))
  const go = button(me, "Confirm", move.path === "correct" ? "Enter" : "2", "confirm", () => confirm(me), "first")
  node.append(el("div", { class: "acts" }, go, button(me, "Leave it", "Esc", "leave", () => leave(me))))
  return node
}

// A rule holds the corrected claim: another field may mend it, or a reason lets it pass.
const passable = me => me.mode?.path === "correct" && me.data.problem?.rules?.length > 0

function passing(me) {
  const choice = el("select", { id: "pass-why" })
  choice.append(el("option", { value: "", text: "No: I correct it instead" }))
  for (const value of me.data.problem.whys) choice.append(el("option", { value, text: value }))
  choice.value = me.mode.why ?? ""
  choice.onchange = () => (me.mode.why = choice.value)
  const label = el("label", { for: "pass-why", text: "Send it although a rule holds it, because" })
  return el("div", { class: "fields" }, el("div", {}, label, choice))
}

function editor(me) {
  const node = el("div", { class: "fields" })
  for (const field of me.data.fields) {
    const id = "field-" + field.path
    const label = el("label", { for: id, text: field.label + (field.named ? " (the remark names it)" : "") })
    const input = el("input", { id, type: "text", maxlength: "50", autocomplete: "off", class: field.named ? "named" : "" })
    input.value = me.mode.changes[field.path] ?? field.value
    input.oninput = () => (me.mode.changes[field.path] = input.value)
    input.onkeydown = event => inField(me, event)
    node.append(el("div", {}, label, input))
  }
  if (!me.data.fields.length) node.append(el("p", { class: "told", text: "What was billed is not known here; please correct it in eCW." }))
  return node
}

function inField(me, event) {
  if (event.key !== "Enter" && event.key !== "Escape") return
  event.preventDefault()
  event.stopPropagation()
  if (event.key === "Enter") confirm(me)
  else leave(me)
}

function choose(me, path) {
  if (!me.data.moves.some(one => one.path === path)) return false
  me.mode = { kind: "path", path, changes: {} }
  draw(me)
  const first = me.body.querySelector(".fields .named") ?? me.body.querySelector(".fields input") ?? me.body.querySelector("#do-confirm")
  first?.focus({ preventScroll: true })
  me.body.querySelector(".confirm")?.scrollIntoView({ block: "nearest" })
  return true
}

function confirm(me) {
  if (me.data.group?.asked) return send(me, "group")
  if (me.mode?.kind !== "path") return false
  const { path, changes, why } = me.mode
  const passed = passable(me) && why ? me.data.problem.rules : []
  return send(me, "accept", { path, changes, passed, why: why ?? "", claim: me.data.claim, letter: me.data.letter.digest })
}

function leave(me) {
  if (me.data.group?.asked) send(me, "leave_group")
  me.mode = null
  draw(me)
}

function group(me) {
  const { group: what } = me.data
  const node = el("section", { class: "advice" + (what.asked ? " confirm" : "") }, words("p", "", what.sentence))
  const acts = what.asked
    ? [button(me, "Confirm for all", "2", "confirm", () => confirm(me), "first"), button(me, "Leave it", "Esc", "leave", () => leave(me))]
    : !what.may ? [] : [button(me, what.label, "", "group", () => send(me, "ask_group", { id: what.id }))]
  const others = what.members.map((one, n) => button(me, one.text, "", "member-" + n, () => send(me, "open", { id: one.id }), one.id === me.data.denial ? "quiet first" : "quiet"))
  node.append(el("div", { class: "acts" }, ...acts), folded(me, "members", "One by one", others))
  return node
}

function send(me, kind, more = {}) {
  if (me.busy) return true
  me.busy = me.count = Math.max(me.count + 1, Date.now())
  const { denial: id, version } = me.data
  sendSurely(me, { kind, n: me.busy, target: { id, version }, ...more })
  draw(me)
  return true
}

// --- what the payer said --------------------------------------------------------------------

function why(me) {
  const { why: what } = me.data
  const node = el("section", {}, el("h3", { text: what.code + (what.scenario ? " · " + what.scenario : "") }), words("p", "said", what.sentence))
  for (const remark of what.remarks) node.append(words("p", "said", remark.code + ": " + remark.sentence))
  if (what.steps.length) node.append(folded(me, "next", "What to do about such a denial", what.steps.map(step => words("p", "told", step))))
  return node
}

function beside(me) {
  const table = el("table", { class: "lines" })
  const top = ["Billed", "Charge", "Paid", "Why not more"].map(text => el("th", { scope: "col", text }))
  table.append(el("thead", {}, el("tr", {}, ...top)))
  const body = el("tbody")
  for (const line of me.data.lines) {
    const reasons = el("td")
    for (const one of line.because) {
      reasons.append(words("p", one.denial ? "denies" : "told", one.code + " " + one.cents + ": " + one.sentence))
      for (const remark of one.remarks) reasons.append(words("p", "told", remark))
    }
    body.append(el("tr", {}, words("td", "", line.what), el("td", { class: "num", text: line.charge }), el("td", { class: "num", text: line.paid }), reasons))
  }
  table.append(body)
  return el("section", {}, table)
}

// --- the letter -----------------------------------------------------------------------------

function letter(me) {
  const { letter: it } = me.data
  if (me.mode?.kind === "letter") return writing(me)
  const parts = [words("p", it.model ? "told drafted ai" : "told drafted", it.drafted)]
  if (it.note) parts.push(words("p", "told", it.note))
  parts.push(...it.sentences.map(one => sentence(one)))
  for (const text of it.needed) parts.push(words("p", "needed", "Needed from you: " + text))
  if (it.enclosures.length) parts.push(words("p", "told", "Enclosures: " + it.enclosures.join("; ")))
  if (it.changes.length) parts.push(el("p", { class: "told", text: "Changed" + (it.by ? " by " + it.by : "") + ":" }), diff(it.changes))
  if (it.may) parts.push(el("div", { class: "acts" }, button(me, "Edit the letter", "e", "letter", () => write(me))))
  if (me.folds.letter === undefined) me.folds.letter = it.open
  return folded(me, "letter", "Letter of appeal (" + (it.model ? "AI " : "") + it.state + ")", parts)
}

function sentence(one) {
  const node = el("div", { class: "sentence" }, words("p", "", one.text))
  for (const source of one.sources) node.append(words("span", "source", source))
  return node
}

function diff(changes) {
  const node = el("p", { class: "diff", dir: "auto" })
  for (const [mark, text] of changes) {
    const piece = el(mark === "+" ? "ins" : mark === "-" ? "del" : "span")
    piece.append(plain(text))
    node.append(piece, " ")
  }
  return node
}

function write(me) {
  if (!me.data.letter.may) return false
  me.folds.letter = true
  me.mode = { kind: "letter", text: me.data.letter.text, digest: me.data.letter.digest }
  draw(me)
  me.body.querySelector("#letter-text")?.focus()
  return true
}

function writing(me) {
  const area = el("textarea", { id: "letter-text", rows: "12", dir: "auto", maxlength: "8000" })
  area.value = me.mode.text
  area.oninput = () => (me.mode.text = area.value)
  area.onkeydown = event => {
    if (event.key === "Escape") leave(me)
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep(me)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const label = el("label", { for: "letter-text", text: "One sentence a line. Sentences that stay keep their sources; yours stand under your name." })
  const acts = el("div", { class: "acts" }, button(me, "Keep the letter", "Ctrl+Enter", "keep", () => keep(me), "first"), button(me, "Leave it", "Esc", "leave", () => leave(me)))
  return el("section", { class: "advice" }, label, area, acts)
}

function keep(me) {
  const { text, digest } = me.mode
  me.mode = null
  send(me, "letter", { text, letter: digest })
}

// --- what was, and what else may be done ----------------------------------------------------

function folded(me, name, text, nodes) {
  const summary = el("summary", { id: "fold-" + name })
  summary.append(words("span", "sum", text))
  const node = el("details", { class: "fold " + name }, summary, ...nodes)
  node.open = Boolean(me.folds[name])
  node.ontoggle = () => (me.folds[name] = node.open)
  return node
}

function timeline(me) {
  const list = el("ol", { class: "timeline" })
  for (const step of me.data.steps) {
    const line = el("li", {}, words("span", "soft", step.at), " ", words("b", "", step.what))
    if (step.code) line.append(" ", chip(step.code))
    for (const more of [step.file, step.by]) if (more) line.append(" ", words("span", "soft", more))
    list.append(line)
  }
  return list
}

function sent(me) {
  if (!me.data.sent.length) return null
  const list = el("ul", { class: "sent", role: "list", "aria-label": "What was sent for this claim" })
  for (const one of me.data.sent) {
    const line = el("li", {}, el("span", { text: one.what + ": " }), chip(one.words, one.kind), words("span", "soft", one.by))
    if (one.error) line.append(words("p", "problem", one.error))
    list.append(line)
  }
  return el("section", {}, el("h3", { text: "Sent" }), list)
}

function moves(me) {
  const bar = el("div", { class: "moves", role: "group", "aria-label": "With this denial" })
  for (const move of me.data.moves) {
    const node = button(me, move.label, move.key, "move-" + move.path, () => choose(me, move.path), move.first ? "first" : "")
    node.title = move.help
    bar.append(node)
  }
  for (const more of me.data.more) bar.append(button(me, more.label, more.key, more.kind, () => send(me, more.kind)))
  if (me.data.snoozes.length) bar.append(picker(me, "Snooze…", me.data.snoozes.map(one => [String(one.days), one.label]), value => send(me, "snooze", { days: Number(value) })))
  if (me.data.moves.length) bar.append(picker(me, "Give to…", me.data.people.map(one => [one.value, one.label]), value => send(me, "assign", { staff: value })))
  return bar
}

function picker(me, title, options, act) {
  const choice = el("select", { "aria-label": title })
  choice.append(el("option", { value: "", text: title }))
  for (const [value, text] of options) choice.append(el("option", { value, text }))
  choice.onchange = () => {
    if (choice.value) act(choice.value)
    choice.value = ""
  }
  return choice
}

// --- keys -----------------------------------------------------------------------------------

const GLANCE = 350 // milliseconds a new denial is shown before keys act on it

function keyed(me, event) {
  if (event.defaultPrevented || !me.data?.denial || event.ctrlKey || event.metaKey || event.altKey) return
  if (busyElsewhere(event) || document.foyerZone !== "review") return
  if (!acted(me, event)) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

function acted(me, event) {
  const { key } = event
  if (Date.now() - (document.foyerG ?? 0) < 1500) return false
  switch (key) {
    case "Escape": case "ArrowLeft":
      if (me.mode || me.data.group?.asked) leave(me)
      else toZone("list")
      return true
    case "j": case "ArrowDown": me.root.scrollBy({ top: 80 }); return true
    case "k": case "ArrowUp": me.root.scrollBy({ top: -80 }); return true
  }
  if (event.repeat || Date.now() - me.since < GLANCE || Date.now() - (document.foyerOpening || 0) < 4000) return /^[12]$/.test(key)
  if (key === "1") return !me.data.group?.asked && Boolean(me.data.path?.may) && choose(me, me.data.path.path)
  if (key === "2") return confirm(me)
  if (key === "e") return write(me)
  const move = me.data.moves.find(one => one.key === key)
  if (move) return choose(me, move.path)
  const more = me.data.more.find(one => one.key && one.key === key)
  return Boolean(more) && send(me, more.kind)
}
