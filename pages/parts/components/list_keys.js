// What a person does in a worklist with mouse and keys; HELP, LANE_KEYS and ownKey are the page's own.

function helpDialog() {
  const table = el("table", {}, el("caption", { text: "Keys" }))
  for (const [keys, what] of HELP)
    table.append(el("tr", {}, el("th", { scope: "row" }, el("kbd", { text: keys })), el("td", { text: what })))
  const close = el("button", { type: "button", class: "pill", text: "Close" })
  const dialog = el("dialog", { "aria-label": "Keys" }, table, close)
  close.onclick = () => dialog.close()
  return dialog
}

function open(me, id) {
  const row = me.data.rows.find(one => one.id === id)
  if (!row) return
  me.cursor = id
  me.rows.get(id)?.classList.add("opening")
  document.foyerOpening = id === me.data.open ? 0 : Date.now()
  toZone(id === me.data.open ? "review" : "list")
  me.emit("open", { id })
}

function move(me, step) {
  const ids = me.data.rows.map(row => row.id)
  const at = Math.min(ids.length - 1, Math.max(0, ids.indexOf(me.cursor) + step))
  me.cursor = ids[at] ?? null
  drawRows(me)
  const card = me.rows.get(me.cursor)?.querySelector(".card")
  card?.focus({ preventScroll: true })
  card?.scrollIntoView({ block: "nearest" })
}

function onKey(me, event) {
  if (event.defaultPrevented || me.help.open || busyElsewhere(event)) return
  if (event.ctrlKey || event.metaKey || event.altKey || !alone(me, event)) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

function alone(me, event) {
  const { key } = event
  if (Date.now() - (document.foyerG ?? 0) < 1500 && LANE_KEYS[key]) {
    document.foyerG = 0
    me.emit("lane", { lane: LANE_KEYS[key] })
    return true
  }
  if (typeof ownKey === "function" && ownKey(me, event)) return true
  switch (key) {
    case "n": me.emit("fresh"); return true
    case "?": me.help.showModal(); return true
    case "g": document.foyerG = Date.now(); return true
    case "ArrowRight": case "/":
      if (me.data.open) toZone("review")
      return key === "ArrowRight"
  }
  if (document.foyerZone === "review") return false
  const inPlace = event.composedPath()[0]
  switch (key) {
    case "j": case "ArrowDown": move(me, 1); return true
    case "k": case "ArrowUp": move(me, -1); return true
    case "Enter":
      if (!me.cursor || (inPlace instanceof Element && inPlace.matches("button:not(.card), a, summary, [role=button]"))) return false
      open(me, me.cursor)
      return true
  }
  return false
}
