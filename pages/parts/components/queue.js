// The inbox list: rows keep their place, every event carries what the person saw of a row.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start(root))
  me.trigger = event => setTriggerValue("event", event)
  me.emit = (kind, more = {}) => sendSurely(me, { kind, n: (me.count += 1), ...more })
  me.data = data
  me.clock = clockFrom(data.now)
  if (data.open !== me.shownOpen) {
    me.shownOpen = data.open
    if (data.open) me.cursor = data.open
  }
  draw(me)
  return () => {
    instances.delete(parentElement)
    clearTimeout(me.unheard)
    stop(me)
  }
}

function start(root) {
  const me = {
    root, count: Date.now(), rows: new Map(), picked: new Set(), cursor: null, anchor: null,
    pulse: document.foyerPulse ?? null,
  }
  me.bar = el("div", { class: "bar" })
  me.list = el("ul", { class: "rows", role: "list", "aria-label": "Conversations" })
  me.foot = el("div", { class: "foot" })
  me.help = helpDialog()
  root.replaceChildren(me.bar, me.list, me.foot, me.help)
  me.onKey = event => onKey(me, event)
  me.onPulse = event => {
    me.pulse = event.detail
    draw(me)
  }
  me.onResize = () => fit(me)
  // First in line, so that "g s" changes the lane and never also presses "Send" (s).
  window.addEventListener("keydown", me.onKey, true)
  document.addEventListener("foyer-pulse", me.onPulse)
  window.addEventListener("resize", me.onResize)
  me.timer = setInterval(() => draw(me), 20000)
  me.list.addEventListener("click", event => onClick(me, event))
  return me
}

function stop(me) {
  window.removeEventListener("keydown", me.onKey, true)
  document.removeEventListener("foyer-pulse", me.onPulse)
  window.removeEventListener("resize", me.onResize)
  clearInterval(me.timer)
}

function fit(me) {
  const top = Math.round(me.root.getBoundingClientRect().top + window.scrollY)
  if (top > 0) document.documentElement.style.setProperty("--foyer-top", top + "px")
}

function draw(me) {
  fit(me)
  const ids = new Set(me.data.rows.map(row => row.id))
  for (const id of me.picked) if (!ids.has(id)) me.picked.delete(id)
  if (!ids.has(me.cursor)) me.cursor = me.data.next ?? me.data.rows[0]?.id ?? null
  drawBar(me)
  drawRows(me)
  drawFoot(me)
}

// --- above the rows -------------------------------------------------------------------------

function drawBar(me) {
  const { data } = me
  const parts = [lanes(me)]
  if (data.urgent.count && data.lane !== "urgent") parts.push(urgentBanner(me))
  const fresh = me.pulse?.queue === data.queue ? me.pulse.fresh : 0
  if (fresh) parts.push(pill(me, fresh))
  parts.push(me.picked.size ? bulkBar(me) : closeAll(me))
  const focused = me.bar.contains(me.root.getRootNode().activeElement)
  if (!focused || !me.bar.querySelector("select")) me.bar.replaceChildren(...parts.filter(Boolean))
}

function lanes(me) {
  const nav = el("div", { class: "lanes", role: "group", "aria-label": "Lanes" })
  for (const lane of me.data.lanes) {
    const button = el("button", {
      type: "button",
      class: "lane" + (lane.name === me.data.lane ? " on" : ""),
      "aria-pressed": String(lane.name === me.data.lane),
      title: lane.help,
    })
    button.append(plain(lane.label))
    if (lane.count !== null) button.append(" ", el("b", { text: lane.count }))
    button.onclick = () => me.emit("lane", { lane: lane.name })
    nav.append(button)
  }
  return nav
}

function urgentBanner(me) {
  const { count, target } = me.data.urgent
  const text = count + (count === 1 ? " urgent message waits" : " urgent messages wait")
  const button = el("button", { type: "button", class: "banner", text: "⚠ " + text + ". Show " })
  button.append(el("kbd", { text: "i" }))
  button.onclick = () => me.emit("urgent", { target })
  return button
}

function pill(me, fresh) {
  const button = el("button", { type: "button", class: "pill fresh", text: fresh + " new " })
  button.append(el("kbd", { text: "n" }))
  button.onclick = () => me.emit("fresh")
  return button
}

function bulkBar(me) {
  const { data } = me
  const bar = el("div", { class: "bulk", role: "group", "aria-label": "Selected conversations" })
  const choice = el("select", { "aria-label": "Do with the selected conversations", disabled: data.stale })
  choice.append(el("option", { value: "", text: me.picked.size + " selected: choose…" }))
  for (const group of data.bulk) {
    const holder = el("optgroup", { label: group.label })
    for (const item of group.items) holder.append(el("option", { value: item.value, text: item.label }))
    choice.append(holder)
  }
  choice.onchange = () => {
    const targets = data.rows.filter(row => me.picked.has(row.id)).map(target)
    me.emit("bulk", { order: choice.value, targets })
    me.picked.clear()
    choice.blur()
    draw(me)
  }
  const clear = el("button", { type: "button", class: "quiet", text: "Clear" })
  clear.onclick = () => unpick(me)
  bar.append(choice, clear)
  return bar
}

function closeAll(me) {
  const { data } = me
  if (data.lane !== "no-reply" || !data.rows.length) return null
  const text = "Close all " + data.rows.length + " shown, no reply needed "
  const button = el("button", { type: "button", class: "pill", disabled: data.stale, text })
  button.append(el("kbd", { text: "⇧D" }))
  button.onclick = () => me.emit("close_all", { targets: data.rows.map(target) })
  return button
}

// --- the rows -------------------------------------------------------------------------------

const target = row => ({ id: row.id, version: row.version, shown: row.shown })

function drawRows(me) {
  const wanted = me.data.rows.map(row => rowNode(me, row))
  if (!wanted.length) {
    me.rows.clear()
    me.list.replaceChildren(emptyNode(me))
    return
  }
  const kept = new Set(me.data.rows.map(row => row.id))
  for (const [id, node] of me.rows) {
    if (!kept.has(id)) {
      node.remove()
      me.rows.delete(id)
    }
  }
  me.list.querySelector(".empty")?.remove()
  wanted.forEach((node, index) => {
    if (me.list.children[index] !== node) me.list.insertBefore(node, me.list.children[index] ?? null)
  })
}

function emptyNode(me) {
  const { empty } = me.data
  return el("li", { class: "empty" }, el("b", { text: empty.title }), el("span", { text: empty.next }))
}

function rowNode(me, row) {
  let node = me.rows.get(row.id)
  if (!node) {
    const box = el("input", { type: "checkbox" })
    const card = el("button", { type: "button", class: "card" })
    node = el("li", { class: "row", "data-id": row.id }, el("i", { class: "edge" }), box, card)
    me.rows.set(row.id, node)
  }
  const glance = me.pulse?.glances?.[row.id]
  const marks = JSON.stringify([row, glance, watchersOf(me, row.id), minutes(me, row)])
  if (node.marks !== marks) fill(me, node, row, glance)
  node.marks = marks
  const [, box, card] = node.children
  box.checked = me.picked.has(row.id)
  node.className = "row " + row.urgency + (row.id === me.cursor ? " cursor" : "")
  node.classList.toggle("open", row.id === me.data.open)
  node.classList.toggle("gone", Boolean(gone(me, row, glance)))
  card.tabIndex = row.id === me.cursor ? 0 : -1
  card.setAttribute("aria-current", String(row.id === me.data.open))
  return node
}

const minutes = (me, row) => Math.round((me.clock() - Date.parse(row.waiting)) / 60000)
const watchersOf = (me, id) => (me.pulse?.watchers ?? []).filter(one => one.id === id)
const gone = (me, row, glance) => glance && glance.version !== row.version && glance.moved

function fill(me, node, row, glance) {
  const [, box, card] = node.children
  box.setAttribute("aria-label", "Select the conversation with " + row.patient)
  const first = el(
    "span", { class: "line" },
    chip(row.urgencyLabel, row.urgency),
    words("span", "who", row.patient),
    el("span", { class: "when", title: "Waiting since " + row.waitingText, text: span(minutes(me, row) * 60) }),
  )
  const second = el("span", { class: "line" }, words("span", "subject", row.subject), words("span", "snippet", row.snippet))
  const third = el("span", { class: "line chips" })
  for (const mark of marksOf(me, row, glance)) third.append(chip(...mark))
  card.replaceChildren(first, second, third)
}

function marksOf(me, row, glance) {
  const marks = []
  const moved = gone(me, row, glance)
  if (moved) marks.push([moved, "here", "This row changed; press n or open it to see it as it is"])
  for (const one of watchersOf(me, row.id))
    marks.push([one.name + (one.typing ? " is typing" : " is viewing"), "here"])
  for (const flag of row.flags) marks.push(["⚑ " + flag, "alert", "Red flag found by rule, before any model"])
  if (row.suspicious) marks.push(["tries to give orders", "warn", "The text tries to instruct a model; it was treated as text"])
  if (row.trouble) marks.push(["✕ " + row.trouble, "alert"])
  if (row.due) marks.push(due(me, row))
  marks.push([row.categoryLabel, row.low ? "warn" : "", row.low ? "The engine is not sure: please check" : null])
  const owner = glance ? glance.owner : row.owner
  if (owner) marks.push([owner === me.data.me ? "yours" : "held by " + owner, "person"])
  else if (row.pool) marks.push([row.pool, "", "Pool"])
  if (row.turnLabel) marks.push([row.turnLabel])
  if (glance?.words) marks.push([glance.words, glance.delivery === "verified" ? "good" : "warn"])
  return marks
}

function due(me, row) {
  const left = Math.round((Date.parse(row.due) - me.clock()) / 1000)
  if (left < 0) return ["late by " + span(-left), "alert", "An answer was due " + row.dueText]
  return ["due " + row.dueText, left < 3600 ? "warn" : "", span(left) + " left"]
}

function drawFoot(me) {
  const { data } = me
  const keys = el("button", { type: "button", class: "quiet", text: "Keys " })
  keys.append(el("kbd", { text: "?" }))
  keys.onclick = () => me.help.showModal()
  const parts = [el("span", { class: "soft", text: data.summary }), keys]
  if (data.more) {
    const more = el("button", { type: "button", class: "quiet", text: "Show 50 more" })
    more.onclick = () => me.emit("more")
    parts.splice(1, 0, more)
  }
  me.foot.replaceChildren(...parts)
}
