// What a person does in the inbox list with mouse and keys, and the table of keys.

const HELP = [
  ["j / ↓, k / ↑", "next, previous"],
  ["Enter", "open"],
  ["s", "send the reply and go on"],
  ["Shift+S", "send, pass on for sign-off, go on"],
  ["e", "edit the reply (Esc leaves it, Ctrl+Enter sends)"],
  ["d", "no reply needed, go on"],
  ["Shift+D", "close all shown (no-reply lane)"],
  ["u", "undo the last action (15 seconds)"],
  ["t", "take or release"],
  ["a, p, z", "assign, pass to a pool, snooze"],
  ["Shift+E", "escalate to a clinician"],
  ["1 – 9, 0, -", "correct the category"],
  ["m", "write a note"],
  ["x, Ctrl+A, Esc", "select, select all shown, clear"],
  ["n", "show what is new"],
  ["i", "jump to the most urgent"],
  ["/", "find a patient"],
  ["g then m u n s z a c", "lanes: mine, urgent, no reply, to sort, snoozed, all, closed"],
]
const LANE_KEYS = { m: "mine", u: "urgent", n: "no-reply", s: "unsorted", z: "snoozed", a: "all", c: "closed" }
const PRESSES = { a: "move_assign", p: "move_route", z: "move_snooze" }

function helpDialog() {
  const table = el("table", {}, el("caption", { text: "Keys" }))
  for (const [keys, what] of HELP)
    table.append(el("tr", {}, el("th", { scope: "row" }, el("kbd", { text: keys })), el("td", { text: what })))
  const close = el("button", { type: "button", class: "pill", text: "Close" })
  const dialog = el("dialog", { "aria-label": "Keys" }, table, close)
  close.onclick = () => dialog.close()
  return dialog
}

function onClick(me, event) {
  const node = event.target.closest(".row")
  if (!node) return
  const id = node.dataset.id
  if (event.target.type === "checkbox") {
    if (event.shiftKey && me.anchor) range(me, me.anchor, id)
    pick(me, id, event.target.checked)
  } else if (event.target.closest(".card")) {
    if (event.shiftKey) range(me, me.anchor ?? me.cursor, id)
    else if (event.ctrlKey || event.metaKey) pick(me, id, !me.picked.has(id))
    else open(me, id)
  }
}

function open(me, id) {
  const row = me.data.rows.find(one => one.id === id)
  if (!row) return
  me.cursor = id
  me.rows.get(id)?.classList.add("opening")
  if (id !== me.data.open) document.foyerOpening = Date.now()
  me.emit("open", { target: target(row) })
}

function pick(me, id, on) {
  if (on) me.picked.add(id)
  else me.picked.delete(id)
  me.anchor = id
  draw(me)
}

function unpick(me) {
  me.picked.clear()
  draw(me)
}

function range(me, from, to) {
  const ids = me.data.rows.map(row => row.id)
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)].sort((x, y) => x - y)
  if (a >= 0) ids.slice(a, b + 1).forEach(id => me.picked.add(id))
  draw(me)
}

function move(me, step) {
  const ids = me.data.rows.map(row => row.id)
  const at = Math.min(ids.length - 1, Math.max(0, ids.indexOf(me.cursor) + step))
  me.cursor = ids[at] ?? null
  draw(me)
  const card = me.rows.get(me.cursor)?.querySelector(".card")
  card?.focus({ preventScroll: true })
  card?.scrollIntoView({ block: "nearest" })
}

function onKey(me, event) {
  if (event.defaultPrevented || me.help.open || busyElsewhere(event)) return
  const used = event.ctrlKey || event.metaKey ? withControl(me, event) : alone(me, event)
  if (!used) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

function withControl(me, event) {
  if (event.key !== "a") return false
  me.data.rows.forEach(row => me.picked.add(row.id))
  draw(me)
  return true
}

function alone(me, event) {
  if (event.altKey) return false
  const { key } = event
  if (Date.now() - (document.foyerG ?? 0) < 1500 && LANE_KEYS[key]) {
    document.foyerG = 0
    me.emit("lane", { lane: LANE_KEYS[key] })
    return true
  }
  const row = me.data.rows.find(one => one.id === me.cursor)
  const inPlace = event.composedPath()[0]
  switch (key) {
    case "j": case "ArrowDown": move(me, 1); return true
    case "k": case "ArrowUp": move(me, -1); return true
    case "Enter":
      if (!row || (inPlace instanceof Element && inPlace.matches("button, a, summary, [role=button]"))) return false
      open(me, row.id)
      return true
    case "x": if (row) pick(me, row.id, !me.picked.has(row.id)); return Boolean(row)
    case "Escape": unpick(me); return false
    case "n": me.emit("fresh"); return true
    case "i": if (me.data.urgent.count) me.emit("urgent", { target: me.data.urgent.target }); return true
    case "?": me.help.showModal(); return true
    case "/": return focus("input[aria-label^='Find a patient']")
    case "g": document.foyerG = Date.now(); return true
    case "e": document.dispatchEvent(new CustomEvent("foyer-edit")); return true
    case "m": return press("move_note")
    case "D": if (me.data.lane === "no-reply" && !me.data.stale)
      me.emit("close_all", { targets: me.data.rows.map(target) })
      return true
  }
  const category = me.data.categories.find(one => one.key === key)
  if (category) me.emit("recategorise", { category: category.value })
  return Boolean(category) || Boolean(PRESSES[key] && press(PRESSES[key]))
}

function focus(selector) {
  const field = document.querySelector(selector)
  field?.focus()
  return Boolean(field)
}
