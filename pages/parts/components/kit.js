// Shared by every component: nodes are made with textContent only, never from markup.

const el = (tag, props = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue
    if (name === "text") node.textContent = value
    else node.setAttribute(name, value === true ? "" : value)
  }
  node.append(...children.filter(Boolean))
  return node
}

// What a reader cannot see but a computer obeys: shown by code point instead (fault case D07).
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/u

const plain = text => {
  const holder = document.createDocumentFragment()
  let run = ""
  const flush = () => {
    if (run) holder.append(run)
    run = ""
  }
  for (const character of text ?? "") {
    if (!UNSEEN.test(character)) {
      run += character
      continue
    }
    flush()
    const code = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")
    holder.append(el("span", { class: "unseen", title: "Invisible character", text: "U+" + code }))
  }
  flush()
  return holder
}

const words = (tag, cls, text) => {
  const node = el(tag, { class: cls, dir: "auto" })
  node.append(plain(text))
  return node
}

const chip = (text, kind = "", title = null) => {
  const node = el("span", { class: "chip " + kind, title })
  node.append(plain(text))
  return node
}

const span = seconds => {
  const minutes = Math.max(0, Math.round(seconds / 60))
  if (minutes < 60) return minutes + " min"
  if (minutes < 48 * 60) return Math.floor(minutes / 60) + " h"
  return Math.floor(minutes / 1440) + " d"
}

// The moment on the server's clock: browsers are often minutes off.
const clockFrom = iso => {
  const start = Date.parse(iso)
  const seen = performance.now()
  return () => start + (performance.now() - seen)
}

const typing = event => {
  const target = event.composedPath()[0]
  if (!(target instanceof Element)) return false
  if (target.isContentEditable) return true
  if (target.tagName === "INPUT") return !["checkbox", "radio", "button"].includes(target.type)
  return ["TEXTAREA", "SELECT"].includes(target.tagName)
}

const busyElsewhere = event =>
  typing(event) ||
  event.composedPath().some(
    node => node instanceof Element && node.matches("[role=dialog], [role=menu], [data-testid=stPopoverBody]"),
  ) ||
  document.querySelector("[data-testid=stDialog]") !== null

const press = key => {
  const holder = document.querySelector(".st-key-" + key)
  const button = holder?.matches("button") ? holder : holder?.querySelector("button")
  button?.click()
  return Boolean(button)
}

const instances = new WeakMap()
const instanceOf = (parentElement, make) => {
  if (!instances.has(parentElement)) instances.set(parentElement, make())
  return instances.get(parentElement)
}

const AGAIN = 2500 // milliseconds after which an unanswered event is sent again
const TRIES = 6

// A page drawn anew at the same moment can swallow an event. The server does each number once.
function sendSurely(me, event) {
  clearTimeout(me.unheard)
  const attempt = left => {
    if (left === 0 || me.data.handled >= event.n) return
    me.trigger(event)
    me.unheard = setTimeout(() => attempt(left - 1), AGAIN)
  }
  attempt(TRIES)
}
