// What a person does in an open form: one decision after the other, each against the version last shown.

const GLANCE = 350 // milliseconds a new form is shown before keys act on it
const LOST = 20000 // milliseconds after which an unanswered event is given up

const SIMPLE = { a: "matching", w: "write", t: "take" }

// A quick hand is faster than the server: decisions wait in line, and go out one by one.
function send(me, kind, more = {}) {
  me.waiting.push({ kind, form: me.data.form, ...more })
  if (more.path) me.pending.add(more.path)
  pump(me)
}

function pump(me) {
  if (me.busy) return
  const next = me.waiting.shift()
  if (!next) return
  const { form, version, shown } = me.data
  if (next.form !== form || (next.path && !stillAsks(me, next))) {
    me.pending.delete(next.path)
    pump(me)
    return
  }
  me.busy = me.count += 1
  clearTimeout(me.lost)
  me.lost = setTimeout(() => answered(me, me.busy), LOST)
  sendSurely(me, { ...next, n: me.busy, target: { id: form, version, shown } })
}

// What somebody else changed meanwhile must be read before it is decided.
const stillAsks = (me, event) => {
  const row = rowOf(me, event.path)
  return row && (event.seen === undefined || event.seen === row.seen)
}

function answered(me, handled) {
  if (!me.busy || handled < me.busy) return
  me.busy = 0
  clearTimeout(me.lost)
  me.pending = new Set(me.waiting.map(one => one.path).filter(Boolean))
  if (me.data.problem) {
    me.waiting = []
    me.pending.clear()
  }
  pump(me)
}

const rows = me => me.data.groups.flatMap(group => singly(me, group.rows))
const singly = (me, list) => list.flatMap(row => (row.parts.length && me.split.has(row.path) ? row.parts : [row]))
const rowOf = (me, path) => rows(me).find(row => row.path === path)
const isOpen = (me, row) => row.open && !me.pending.has(row.path)

function choose(me, path, look = true) {
  me.cursor = path
  document.foyerField = { form: me.data.form, path }
  document.dispatchEvent(new CustomEvent("foyer-field", { detail: { form: me.data.form, path, turn: look } }))
}

function onwards(me) {
  const all = rows(me)
  const at = all.findIndex(row => row.path === me.cursor)
  const next = [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))].find(row => isOpen(me, row))
  me.mode = null
  if (next) choose(me, next.path)
}

function step(me, by) {
  const all = rows(me)
  const at = all.findIndex(row => row.path === me.cursor)
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))]
  if (next) choose(me, next.path)
  me.mode = null
  draw(me, true)
}

function accept(me, row, value = null) {
  if (!row || !row.may || !isOpen(me, row)) return false
  if (value === null && row.value === null) return false
  send(me, "accept", { path: row.path, paths: row.paths, seen: row.seen, value })
  say(me, "Accepted: " + row.label)
  onwards(me)
  draw(me, true)
  return true
}

function enter(me, row, kind) {
  if (!row || !row.may || !isOpen(me, row)) return false
  if (kind !== "keep" && row.parts.length) return takeApart(me, row)
  const text = { edit: row.edit, ask: row.question, keep: "" }[kind]
  me.mode = { path: row.path, kind, text }
  me.cursor = row.path
  draw(me, true)
  me.body.querySelector(".mode input, .mode textarea, .mode button")?.focus()
  return true
}

function takeApart(me, row) {
  me.split.add(row.path)
  choose(me, row.path)
  draw(me, true)
  return true
}

function leave(me) {
  me.mode = null
  draw(me, true)
  focusRow(me)
}

function finish(me, row, text) {
  const { kind } = me.mode
  if (!text.trim()) return
  me.mode.text = text
  const event = { path: row.path, paths: row.paths, seen: row.seen }
  if (kind === "edit") send(me, "accept", { ...event, value: text })
  if (kind === "keep") send(me, "reject", { ...event, reason: text })
  if (kind === "ask") send(me, "ask", { ...event, text })
  me.typed = { path: row.path, kind, text }
  onwards(me)
  draw(me, true)
  focusRow(me)
}

function decideAgain(me, row) {
  if (!row || !row.again) return false
  send(me, "reconsider", { path: row.path, paths: row.paths })
  choose(me, row.path)
  return true
}

function keyed(me, event) {
  if (event.defaultPrevented || !me.data?.form || event.ctrlKey || event.metaKey || event.altKey) return
  if (busyElsewhere(event) || document.foyerZone !== "review") return
  if (!act(me, event)) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

const tooEarly = (me, event) =>
  event.repeat || Date.now() - me.since < GLANCE || Date.now() - (document.foyerOpening || 0) < 4000

function act(me, event) {
  const { key } = event
  const row = rowOf(me, me.cursor)
  switch (key) {
    case "j": case "ArrowDown": step(me, 1); return true
    case "k": case "ArrowUp": step(me, -1); return true
    case "Escape": case "ArrowLeft":
      if (me.mode) leave(me)
      else toZone("list")
      return true
    case "/": return focusOn(me, ".find input")
  }
  if (tooEarly(me, event)) return ["a", "1", "c", "e", "q", "w", "t", "r", "Enter", "E", "0"].includes(key)
  if (key === "Enter") return !onControl(me, event) && confirm(me, row)
  if (key === "0") return none(me)
  if (/^[1-9]$/.test(key)) return pick(me, row, Number(key))
  if (SIMPLE[key]) return simple(me, SIMPLE[key])
  switch (key) {
    case "c": return enter(me, row, "keep")
    case "e": return enter(me, row, "edit")
    case "q": return enter(me, row, "ask")
    case "r": return decideAgain(me, row)
    case "E": return simple(me, "escalate")
    case "v": if (row) choose(me, row.path); return Boolean(row)
  }
  return false
}

const onControl = (me, event) => {
  const place = event.composedPath()[0]
  const inside = event.composedPath().includes(me.root)
  return inside && place instanceof Element && place.matches("button, select, summary, a")
}

function simple(me, kind) {
  if (!me.data.moves.some(move => move.kind === kind)) return false
  send(me, kind)
  return true
}

function none(me) {
  if (!me.data.whose?.likely) return false
  send(me, "none")
  return true
}

function confirm(me, row) {
  if (me.data.whose) return pick(me, row, 1)
  return accept(me, row)
}

function pick(me, row, number) {
  if (me.data.whose) {
    const person = (me.data.whose.found ?? me.data.whose.people)[number - 1]
    if (person) send(me, "confirm", { ref: person.ref })
    return Boolean(person)
  }
  if (me.mode?.kind === "keep" && me.mode.path === row?.path) {
    const reason = me.data.reasons[number - 1]
    if (reason) finish(me, row, reason)
    return Boolean(reason)
  }
  if (row?.choices.length) {
    const choice = row.choices[number - 1]
    return choice ? accept(me, row, choice.value) : false
  }
  return number === 1 && accept(me, row)
}

function focusOn(me, selector) {
  const field = me.body.querySelector(selector)
  field?.focus()
  return Boolean(field)
}

const focusRow = me => me.body.querySelector(".field.cursor")?.focus({ preventScroll: true })
