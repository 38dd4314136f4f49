// What is open on the claims page, a claim, a file or a payment: blocks of plain text with buttons.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start(root))
  me.trigger = event => setTriggerValue("event", event)
  me.data = data
  fitPane(root)
  if (me.open !== data.id) Object.assign(me, { open: data.id, asking: null, busy: 0 })
  if (data.handled >= me.busy) me.busy = 0
  draw(me)
  return () => {
    instances.delete(parentElement)
    clearTimeout(me.unheard)
    window.removeEventListener("keydown", me.onKey, true)
    window.removeEventListener("resize", me.onResize)
  }
}

function start(root) {
  const me = { root, count: Date.now(), open: null, asking: null, busy: 0 }
  me.body = el("div", { class: "body" })
  root.replaceChildren(me.body)
  me.onResize = () => fitPane(root)
  me.onKey = event => keyed(me, event)
  window.addEventListener("resize", me.onResize)
  window.addEventListener("keydown", me.onKey, true)
  return me
}

function send(me, kind, more = {}) {
  if (me.busy) return
  const { id, version, shown } = me.data
  me.busy = me.count += 1
  me.asking = null
  sendSurely(me, { kind, n: me.busy, target: { id, version, shown }, ...more })
  draw(me)
}

function draw(me) {
  const marks = JSON.stringify([me.data.blocks, me.data.title, me.data.moves, me.asking, me.busy > 0, me.data.version])
  if (marks === me.marks) return
  me.marks = marks
  const { data } = me
  const held = me.root.getRootNode().activeElement?.dataset?.k
  const chips = el("div", { class: "chips" })
  for (const one of data.chips) chips.append(chip(one[0], one[1]))
  const head = el("header", {}, el("div", { class: "who" }, words("h2", "", data.title), words("span", "visit", data.sub)), chips)
  me.body.replaceChildren(head, ...(data.moves.length ? [moves(me)] : []), ...data.blocks.map(block => blockNode(me, block)))
  if (held) me.body.querySelector("[data-k='" + CSS.escape(held) + "']")?.focus()
}

function act(me, move, name) {
  if (me.asking === name) return asked(me, move, name)
  if (move.choices.length) return chosen(me, move, name)
  const node = el("button", { type: "button", class: "act" + (move.first ? " first" : ""), "data-k": name, title: move.help, disabled: me.busy > 0 })
  node.append(plain(move.label))
  if (move.key) node.append(" ", el("kbd", { text: move.key }))
  node.onclick = () => (move.ask ? ask(me, name) : send(me, move.kind, move.more))
  return node
}

// A reason has to be chosen: choosing one does it.
function chosen(me, move, name) {
  const choice = el("select", { class: "act", "aria-label": move.label + ", because", "data-k": name, title: move.help, disabled: me.busy > 0 })
  const first = el("option", { value: "" })
  first.append(plain(move.label + " because…" + (move.key ? " (" + move.key + ")" : "")))
  choice.append(first)
  for (const text of move.choices) {
    const option = el("option", { value: text })
    option.append(plain(text))
    choice.append(option)
  }
  choice.onchange = () => choice.value && send(me, move.kind, { ...move.more, why: choice.value })
  return choice
}

function ask(me, name) {
  me.asking = name
  draw(me)
  me.body.querySelector("[data-k=yes]")?.focus()
}

function asked(me, move) {
  const yes = el("button", { type: "button", class: "act first", "data-k": "yes", text: "Yes, " + move.label.toLowerCase() })
  const no = el("button", { type: "button", class: "act", "data-k": "no", text: "No" })
  yes.onclick = () => send(me, move.kind, move.more)
  no.onclick = () => {
    me.asking = null
    draw(me)
  }
  return el("div", { class: "notice", role: "alertdialog", "aria-label": move.ask }, words("span", "", move.ask), el("div", { class: "acts" }, yes, no))
}

function moves(me) {
  const bar = el("div", { class: "acts", role: "group", "aria-label": "What can be done" })
  me.data.moves.forEach((move, at) => bar.append(act(me, move, "move" + at)))
  return bar
}

// --- blocks ---------------------------------------------------------------------------------

const DRAWN = { notice, facts, table, cards, find }

function blockNode(me, block) {
  const title = block.title ? el("h3", { text: block.title }) : null
  return el("section", { class: "section" }, title, DRAWN[block.kind](me, block))
}

function notice(me, block) {
  const node = el("div", { class: "notice " + block.tone }, words("b", "", block.text))
  if (block.more) node.append(words("span", "", block.more))
  return node
}

function facts(me, block) {
  const list = el("dl", { class: "same" })
  for (const [label, value] of block.rows) list.append(words("dt", "", label), words("dd", "", value))
  return list
}

function table(me, block) {
  const head = el("tr", {})
  block.head.forEach((label, at) => head.append(el("th", { scope: "col", class: block.right.includes(at) ? "num" : null, text: label })))
  const body = el("tbody", {})
  for (const row of block.rows) {
    const line = el("tr", {})
    row.forEach((cell, at) => line.append(words("td", block.right.includes(at) ? "num" : "", cell)))
    body.append(line)
  }
  return el("div", { class: "scroll" }, el("table", { class: "grid" }, el("thead", {}, head), body))
}

function cards(me, block) {
  const list = el("ul", { role: "list" })
  block.items.forEach((one, at) => {
    const top = el("div", { class: "head" }, ...one.chips.map(c => chip(c[0], c[1])), words("span", "label", one.title))
    const item = el("li", { class: "field " + one.tone }, top)
    for (const line of one.lines) item.append(words("p", line[1], line[0]))
    if (one.moves.length) {
      const bar = el("div", { class: "acts" })
      one.moves.forEach((move, nth) => bar.append(act(me, move, block.title + at + "/" + nth)))
      item.append(bar)
    }
    list.append(item)
  })
  return list
}

function find(me, block) {
  const field = el("input", { "aria-label": block.label, placeholder: block.label, autocomplete: "off", "data-k": "find" })
  const go = el("button", { type: "button", class: "act", text: "Find" })
  const off = () => field.value.trim() && send(me, "find", { words: field.value })
  go.onclick = off
  field.onkeydown = event => event.key === "Enter" && off()
  return el("div", { class: "find" }, field, go)
}

// --- keys -----------------------------------------------------------------------------------

function keyed(me, event) {
  if (event.defaultPrevented || busyElsewhere(event) || event.ctrlKey || event.metaKey || event.altKey) return
  if (Date.now() - (document.foyerG ?? 0) < 1500 || !pressed(me, event.key, event)) return
  event.preventDefault()
  event.stopImmediatePropagation()
}

function pressed(me, key, event) {
  if (me.asking && key === "Escape") {
    me.asking = null
    draw(me)
    return true
  }
  if (key === "Escape" || key === "ArrowLeft") {
    if (document.foyerZone !== "review") return false
    toZone("list")
    return true
  }
  const node = event.composedPath()[0]
  if (node instanceof Element && node.matches("button, a") && key === "Enter") return false
  const all = [...me.data.moves, ...me.data.blocks.flatMap(b => (b.items ?? []).flatMap(one => one.moves))]
  const move = all.find(one => one.key === key) ?? (key === "Enter" && document.foyerZone === "review" ? all.find(one => one.first) : null)
  if (!move || me.busy) return false
  if (move.choices.length) me.body.querySelector("select[data-k]")?.focus()
  else if (move.ask) ask(me, "move" + me.data.moves.indexOf(move))
  else send(me, move.kind, move.more)
  return true
}
