// The line above the inbox: how fresh the data is, and what became of the last actions.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start(root))
  me.data = data
  me.clock = clockFrom(data.now)
  me.trigger = event => setTriggerValue("undo", event)
  me.undo = deed => sendSurely(me, { ids: deed.targets, n: Date.now() })
  me.drop = deed => setTriggerValue("drop", { key: deed.key, n: Date.now() })
  document.foyerPulse = data.pulse
  document.dispatchEvent(new CustomEvent("foyer-pulse", { detail: data.pulse }))
  draw(me)
  announce(me)
  return () => {
    instances.delete(parentElement)
    clearInterval(me.timer)
    clearTimeout(me.unheard)
    window.removeEventListener("keydown", me.onKey, true)
  }
}

function start(root) {
  const me = { said: new Set() }
  me.badge = el("span", { class: "badge" })
  me.deeds = el("div", { class: "deeds" })
  me.voice = el("div", { class: "hidden-label", role: "status", "aria-live": "polite" })
  root.replaceChildren(me.badge, me.deeds, me.voice)
  me.timer = setInterval(() => draw(me), 500)
  me.onKey = event => {
    if (Date.now() - (document.foyerG ?? 0) < 1500) return // "g u" is the lane of urgent messages
    if (event.key !== "u" || event.ctrlKey || event.metaKey || event.altKey || busyElsewhere(event)) return
    const deed = me.data.deeds.find(one => left(me, one) > 0)
    if (!deed) return
    event.preventDefault()
    event.stopImmediatePropagation()
    me.undo(deed)
  }
  window.addEventListener("keydown", me.onKey, true)
  return me
}

const left = (me, deed) => (deed.until ? Math.ceil((Date.parse(deed.until) - me.clock()) / 1000) : 0)

function draw(me) {
  const { fresh } = me.data
  me.badge.className = "badge" + (fresh.stale ? " stale" : "")
  me.badge.textContent = (fresh.stale ? "✕ Actions are off. " : "● ") + fresh.sentence
  const marks = JSON.stringify(me.data.deeds.map(deed => [deed, left(me, deed) > 0 ? left(me, deed) : 0]))
  if (marks === me.marks) return
  const focused = me.deeds.contains(me.deeds.getRootNode().activeElement)
  me.marks = marks
  me.deeds.replaceChildren(...me.data.deeds.map(deed => deedNode(me, deed)))
  if (focused) me.deeds.querySelector("button")?.focus()
}

function deedNode(me, deed) {
  const node = el("span", { class: "deed " + deed.kind })
  node.append(plain(deed.text))
  node.title = deed.text
  const seconds = left(me, deed)
  if (seconds > 0) {
    const button = el("button", { type: "button", text: "Undo (" + seconds + " s) " })
    if (deed === me.data.deeds.find(one => left(me, one) > 0)) button.append(el("kbd", { text: "u" }))
    button.onclick = () => me.undo(deed)
    node.append(" ", button)
  } else {
    const close = el("button", { type: "button", class: "close", text: "✕", "aria-label": "Dismiss" })
    close.onclick = () => me.drop(deed)
    node.append(" ", close)
  }
  return node
}

function announce(me) {
  for (const deed of me.data.deeds) {
    if (me.said.has(deed.text)) continue
    me.said.add(deed.text)
    me.voice.textContent = deed.text
  }
}
