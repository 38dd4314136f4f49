// A worklist, of forms by time of visit or of claims; rows keep their place while a person reads them.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start(root))
  me.trigger = event => setTriggerValue("event", event)
  me.emit = (kind, more = {}) => sendSurely(me, { kind, n: (me.count += 1), ...more })
  me.data = data
  if (data.open !== me.shownOpen) {
    me.shownOpen = data.open
    if (data.open) me.cursor = data.open
    else document.foyerZone = "list"
  }
  draw(me)
  return () => {
    instances.delete(parentElement)
    clearTimeout(me.unheard)
    window.removeEventListener("keydown", me.onKey, true)
    window.removeEventListener("resize", me.onResize)
    document.removeEventListener("foyer-pulse", me.onPulse)
    document.removeEventListener("foyer-zone", me.onZone)
  }
}

function start(root) {
  const me = { root, count: Date.now(), rows: new Map(), cursor: null, pulse: document.foyerPulse ?? null }
  document.foyerZone = "list"
  me.bar = el("div", { class: "bar" })
  me.list = el("ul", { class: "rows", role: "list" })
  me.foot = el("div", { class: "foot" })
  me.help = helpDialog()
  root.replaceChildren(me.bar, me.list, me.foot, me.help)
  me.onKey = event => onKey(me, event)
  me.onResize = () => fit(me)
  me.onPulse = event => {
    me.pulse = event.detail
    drawBar(me)
  }
  me.onZone = () => drawRows(me)
  window.addEventListener("keydown", me.onKey, true)
  window.addEventListener("resize", me.onResize)
  document.addEventListener("foyer-pulse", me.onPulse)
  document.addEventListener("foyer-zone", me.onZone)
  me.list.addEventListener("click", event => {
    const node = event.target.closest(".row")
    if (node && event.target.closest(".card")) open(me, node.dataset.id)
  })
  return me
}

function fit(me) {
  const top = Math.round(me.root.getBoundingClientRect().top + window.scrollY)
  if (top > 0) document.documentElement.style.setProperty("--foyer-top", top + "px")
}

function draw(me) {
  fit(me)
  me.list.setAttribute("aria-label", me.data.label ?? "Forms by time of visit")
  const ids = new Set(me.data.rows.map(row => row.id))
  if (!ids.has(me.cursor)) me.cursor = me.data.next ?? me.data.rows[0]?.id ?? null
  if (me.data.label) me.list.setAttribute("aria-label", me.data.label)
  drawBar(me)
  drawRows(me)
  drawFoot(me)
}

// --- above the rows -------------------------------------------------------------------------

function drawBar(me) {
  const fresh = me.pulse?.queue === me.data.lane ? me.pulse.fresh : 0
  const marks = JSON.stringify([me.data.lanes, me.data.lane, fresh])
  if (marks === me.barMarks) return
  me.barMarks = marks
  const held = me.bar.contains(me.root.getRootNode().activeElement)
  const at = held ? [...me.bar.querySelectorAll("button")].indexOf(me.root.getRootNode().activeElement) : -1
  me.bar.replaceChildren(...[lanes(me), fresh ? pill(me, fresh) : null].filter(Boolean))
  if (held) me.bar.querySelectorAll("button")[at]?.focus()
}

function lanes(me) {
  const nav = el("div", { class: "lanes", role: "group", "aria-label": "Lanes" })
  for (const lane of me.data.lanes) {
    const on = lane.name === me.data.lane
    const button = el("button", { type: "button", class: "lane" + (on ? " on" : ""), "aria-pressed": String(on), title: lane.help })
    button.append(plain(lane.label))
    if (lane.count !== null) button.append(" ", el("b", { text: lane.count }))
    button.onclick = () => me.emit("lane", { lane: lane.name })
    nav.append(button)
  }
  return nav
}

function pill(me, fresh) {
  const button = el("button", { type: "button", class: "pill fresh", text: fresh + " new " })
  button.append(el("kbd", { text: "n" }))
  button.onclick = () => me.emit("fresh")
  return button
}

// --- the rows -------------------------------------------------------------------------------

function drawRows(me) {
  const wanted = me.data.rows.map(row => rowNode(me, row))
  if (!wanted.length) {
    me.rows.clear()
    const { empty } = me.data
    me.list.replaceChildren(el("li", { class: "empty" }, el("b", { text: empty.title }), el("span", { text: empty.next })))
    return
  }
  const kept = new Set(me.data.rows.map(row => row.id))
  for (const [id, node] of me.rows) {
    if (kept.has(id)) continue
    node.remove()
    me.rows.delete(id)
  }
  me.list.querySelector(".empty")?.remove()
  wanted.forEach((node, index) => {
    if (me.list.children[index] !== node) me.list.insertBefore(node, me.list.children[index] ?? null)
  })
}

function rowNode(me, row) {
  let node = me.rows.get(row.id)
  if (!node) {
    node = el("li", { class: "row", "data-id": row.id }, el("i", { class: "edge" }), el("button", { type: "button", class: "card" }))
    me.rows.set(row.id, node)
  }
  const marks = JSON.stringify(row)
  const card = node.querySelector(".card")
  if (node.marks !== marks) {
    fill(card, row)
    if (typeof decorate === "function") decorate(me, node, row)
  }
  node.marks = marks
  node.className = "row " + row.tone + (row.id === me.cursor ? " cursor" : "")
  node.classList.toggle("open", row.id === me.data.open)
  node.classList.toggle("away", document.foyerZone === "review")
  card.tabIndex = row.id === me.cursor ? 0 : -1
  card.setAttribute("aria-current", String(row.id === me.data.open))
  return node
}

function fill(card, row) {
  const first = el(
    "span", { class: "line" },
    el("span", { class: "visit", text: row.visit, title: row.visitTitle }),
    words("span", "who", row.patient),
    chip(row.readiness, "ready " + row.tone),
  )
  const age = el("span", { class: "age", text: row.age, title: row.ageTitle })
  const second = el("span", { class: "line" }, words("span", "snippet", row.detail), age)
  const third = el("span", { class: "line chips" })
  for (const mark of row.marks) third.append(chip(...mark))
  const note = row.note ? [el("span", { class: "line" }, words("span", "snippet", "✎ " + row.note))] : []
  card.replaceChildren(first, second, ...(row.marks.length ? [third] : []), ...note)
}

function drawFoot(me) {
  const keys = el("button", { type: "button", class: "quiet", text: "Keys " })
  keys.append(el("kbd", { text: "?" }))
  keys.onclick = () => me.help.showModal()
  const parts = [el("span", { class: "soft", text: me.data.summary }), keys]
  if (me.data.more) {
    const more = el("button", { type: "button", class: "quiet", text: "Show 50 more" })
    more.onclick = () => me.emit("more")
    parts.splice(1, 0, more)
  }
  me.foot.replaceChildren(...parts)
}
