// The open conversation: who, why it lies where it lies, and the thread as plain text.

const GLANCE = 350 // milliseconds a new item is shown before keys and clicks act on it
const ACTS = /^[sdtwo0-9-]$|^[SE]$/

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start())
  me.data = data
  if (me.shown !== data.key) {
    me.shown = data.key
    root.replaceChildren(head(data), live(me), ...notes(data), thread(data))
    const last = root.querySelector(".said.waiting")
    if (last) last.scrollIntoView({ block: "nearest" })
    me.since = Date.now()
    if (me.id !== data.id) document.foyerOpening = 0
    me.id = data.id
  }
  if (document.foyerItem !== data.id) {
    document.foyerItem = data.id
    document.dispatchEvent(new Event("foyer-item"))
  }
  say(me)
  return () => {
    instances.delete(parentElement)
    window.removeEventListener("keydown", me.onEarly, true)
    window.removeEventListener("click", me.onEarly, true)
    document.removeEventListener("foyer-pulse", me.onPulse)
  }
}

function start() {
  const me = { pulse: document.foyerPulse ?? null }
  me.onPulse = event => {
    me.pulse = event.detail
    say(me)
  }
  document.addEventListener("foyer-pulse", me.onPulse)
  // What was meant for the item before must not reach this one: a double press on "Send" would
  // send a draft that nobody has read.
  me.onEarly = event => {
    if (event.isTrusted && acts(event) && tooEarly(me, event)) {
      event.preventDefault()
      event.stopImmediatePropagation()
    }
  }
  window.addEventListener("keydown", me.onEarly, true)
  window.addEventListener("click", me.onEarly, true)
  return me
}

function acts(event) {
  if (event.type === "keydown") return !typing(event) && !event.ctrlKey && !event.metaKey && ACTS.test(event.key)
  return event.composedPath().some(
    node => node instanceof Element && node.matches(".st-key-reply_buttons button, .st-key-moves button"),
  )
}

const tooEarly = (me, event) =>
  event.repeat || Date.now() - me.since < GLANCE || Date.now() - (document.foyerOpening || 0) < 4000

function head(data) {
  const name = el("h2", { dir: "auto" })
  name.append(plain(data.patient))
  const who = el("div", { class: "who" }, name, el("span", { class: "born", text: data.born }))
  const chips = el("div", { class: "chips" }, chip(data.urgencyLabel, data.urgency))
  for (const flag of data.flags) chips.append(chip("⚑ " + flag, "alert", "Red flag found by rule, before any model"))
  chips.append(why(data))
  for (const [text, kind] of data.marks) chips.append(chip(text, kind))
  return el("header", { "data-id": data.id }, who, words("div", "subject", data.subject), chips)
}

function why(data) {
  const label = data.categoryLabel + (data.low ? " (not sure)" : "") + " · why?"
  const summary = el("summary", { class: "chip " + (data.low ? "warn" : "") })
  summary.append(plain(label))
  const list = el("dl")
  const say = (term, text) => {
    if (text) list.append(el("dt", { text: term }), words("dd", "", text))
  }
  const reason = data.why
  if (!reason) say("Sorted by", data.sortedBy)
  else {
    for (const quote of reason.evidence) say("Decided by the words", "“" + quote + "”")
    say("Confidence", reason.confidence)
    say("Engine", reason.engine)
    say("Model", reason.model)
    say("Instructions", reason.prompt)
    say("Made", reason.made)
    say("Category now", data.sortedBy)
  }
  return el("details", { class: "why" }, summary, list)
}

function live(me) {
  me.live = el("div", { class: "live", role: "status" })
  return me.live
}

function say(me) {
  if (!me.live || !me.data) return
  const glance = me.pulse?.glances?.[me.data.id]
  const lines = []
  for (const one of (me.pulse?.watchers ?? []).filter(one => one.id === me.data.id))
    lines.push(chip(one.name + (one.typing ? " is typing here" : " is viewing this"), "here"))
  if (glance && glance.version > me.data.version) {
    const wrote = glance.content_hash !== me.data.shown
    const what = wrote ? "The patient wrote or changed something" : glance.moved || "Something changed"
    lines.push(chip("⟳ " + what + " since you opened this. Press Enter in the list to read it again.", "alert"))
  }
  const sent = me.data.sent.slice()
  if (glance?.words && sent.length) sent[sent.length - 1] = { ...sent[sent.length - 1], words: glance.words, state: glance.delivery }
  for (const one of sent)
    lines.push(chip("Reply of " + one.at + ": " + one.words, { verified: "good", refused: "alert", unconfirmed: "alert" }[one.state] ?? ""))
  me.live.replaceChildren(...lines)
}

function notes(data) {
  return data.notes.map(note => {
    const by = el("span", { class: "by", text: "Note, staff only. " + note.author + ", " + note.at })
    return el("div", { class: "note" }, by, words("div", "text", note.text))
  })
}

function thread(data) {
  const list = el("ol", { class: "thread", "aria-label": "Messages" })
  for (const said of data.thread) list.append(message(said))
  return list
}

function message(said) {
  const node = el("li", { class: "said " + said.author + (said.waiting ? " waiting" : "") })
  const by = el("div", { class: "by", text: said.by + ", " + said.at })
  for (const flag of said.flags) by.append(" ", chip(flag, "warn"))
  node.append(by, body(said))
  for (const older of said.earlier) node.append(edit(older))
  if (said.files.length) {
    const files = el("ul", { class: "files", "aria-label": "Attachments, kept in healow" })
    for (const file of said.files) {
      const line = el("li", { dir: "auto" }, "📎 ")
      line.append(plain(file))
      files.append(line)
    }
    node.append(files)
  }
  return node
}

function body(said) {
  const node = el("div", { class: "text", dir: "auto" })
  const letters = Array.from(said.text)
  const cuts = new Set([0, letters.length])
  for (const mark of said.spans) cuts.add(mark.start).add(mark.end)
  const edges = [...cuts].sort((a, b) => a - b)
  for (let i = 0; i + 1 < edges.length; i += 1) {
    const piece = plain(letters.slice(edges[i], edges[i + 1]).join(""))
    const over = said.spans.filter(mark => mark.start <= edges[i] && mark.end >= edges[i + 1])
    const worst = over.find(mark => mark.kind === "red_flag") ?? over[0]
    if (!worst) node.append(piece)
    else {
      const mark = el("mark", { class: worst.kind, title: over.map(one => one.why).join("; ") })
      mark.append(piece)
      node.append(mark)
    }
  }
  return node
}

function edit(older) {
  const details = el("details", { class: "edit" }, el("summary", { text: "The patient changed this message. Show what" }))
  const text = el("div", { class: "text", dir: "auto" })
  for (const [kind, piece] of older) {
    const node = el({ same: "span", out: "del", in: "ins" }[kind])
    node.append(plain(piece))
    text.append(node)
  }
  details.append(text)
  return details
}
