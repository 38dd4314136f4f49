// The reply: text kept while it is typed, each statement without a source ticked by a person.

const QUIET = 700 // milliseconds without a key until the text is kept

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start(root))
  me.data = data
  me.keep = text => setStateValue("text", { text, of: me.data.seed })
  me.trigger = event => setTriggerValue("send", event)
  me.send = kind => sendSurely(me, { kind, text: me.area.value, ticked: ticked(me), n: Date.now(), ...data.target })
  me.tick = () => setStateValue("ticked", ticked(me))
  if (me.seed !== data.seed) {
    clearTimeout(me.timer)
    me.seed = data.seed
    me.area.value = data.text
    me.kept = data.text
    me.ticks.replaceChildren()
    me.statements = ""
  }
  draw(me)
  me.onItem()
  return () => {
    clearTimeout(me.timer)
    clearTimeout(me.unheard)
    instances.delete(parentElement)
    document.removeEventListener("foyer-edit", me.onEdit)
    document.removeEventListener("foyer-item", me.onItem)
  }
}

function start(root) {
  const me = { seed: null, timer: 0, kept: "", statements: "" }
  me.label = el("label", { for: "reply" })
  me.area = el("textarea", { id: "reply", rows: "7", dir: "auto", spellcheck: "true" })
  me.phrases = el("select", { class: "phrases", "aria-label": "Insert a phrase" })
  me.ticks = el("fieldset", { class: "ticks" })
  me.foot = el("div", { class: "foot" })
  root.replaceChildren(me.label, me.area, me.phrases, me.ticks, me.foot)
  me.onEdit = () => {
    if (root.hidden) return
    me.area.focus()
    me.area.setSelectionRange(me.area.value.length, me.area.value.length)
  }
  document.addEventListener("foyer-edit", me.onEdit)
  // The page may keep the editor of the conversation before for a while: it must not be written in.
  me.onItem = () => {
    root.hidden = document.foyerItem !== me.data.target.id
  }
  document.addEventListener("foyer-item", me.onItem)
  me.phrases.addEventListener("change", () => choose(me))
  me.area.addEventListener("input", () => {
    expand(me)
    clearTimeout(me.timer)
    me.timer = setTimeout(() => flush(me), QUIET)
    count(me)
  })
  me.area.addEventListener("blur", () => flush(me))
  me.area.addEventListener("keydown", event => onKey(me, event))
  return me
}

function flush(me) {
  clearTimeout(me.timer)
  if (me.area.value === me.kept) return
  me.kept = me.area.value
  me.keep(me.kept)
}

function onKey(me, event) {
  if (event.key === "Escape") {
    me.area.blur()
    event.stopPropagation()
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault()
    clearTimeout(me.timer)
    me.kept = me.area.value
    if (me.data.disabled) return
    me.send(event.shiftKey ? "route" : "send")
    me.area.blur() // the next key is meant for the list, such as u to take it back
  }
}

// An abbreviation and the space after it become the phrase; the space stays where it was typed.
function expand(me) {
  const at = me.area.selectionStart
  const typed = /(?:^|\s)(\.[a-z0-9]{2,20})\s$/.exec(me.area.value.slice(0, at))
  const phrase = typed && me.data.phrases.find(one => one.abbreviation === typed[1])
  me.unfilled = phrase && phrase.missing.length ? phrase : null
  if (!phrase || me.unfilled) return
  const begin = at - 1 - typed[1].length
  put(me, phrase.text, begin, at - 1)
  const end = begin + phrase.text.length + 1
  me.area.setSelectionRange(end, end)
}

function choose(me) {
  const phrase = me.data.phrases.find(one => one.abbreviation === me.phrases.value)
  me.phrases.value = ""
  if (!phrase) return
  put(me, phrase.text, me.area.selectionStart, me.area.selectionEnd)
  flush(me)
}

// As if a person had typed it, so that Ctrl+Z takes it back.
function put(me, text, begin, end) {
  me.area.focus()
  me.area.setSelectionRange(begin, end)
  if (!document.execCommand("insertText", false, text)) me.area.setRangeText(text, begin, end, "end")
}

const ticked = me => [...me.ticks.querySelectorAll("input:checked")].map(box => box.value)

function draw(me) {
  const { data } = me
  me.label.replaceChildren(el("b", { text: data.label }))
  for (const mark of data.marks) me.label.append(" ", chip(mark[0], mark[1]))
  me.area.dataset.id = data.target.id
  me.area.maxLength = data.most
  me.area.placeholder = data.placeholder
  drawPhrases(me)
  drawTicks(me)
  count(me)
}

function drawPhrases(me) {
  const shown = JSON.stringify(me.data.phrases)
  if (shown === me.shownPhrases) return
  me.shownPhrases = shown
  me.phrases.hidden = !me.data.phrases.length
  const first = el("option", { value: "", text: "Insert a phrase, or type its abbreviation and a space" })
  me.phrases.replaceChildren(first, ...me.data.phrases.map(phraseOption))
}

function phraseOption(phrase) {
  const lacks = phrase.missing.length ? " (the chart does not say: " + phrase.missing.join(", ") + ")" : ""
  const option = words("option", "", phrase.abbreviation + "  " + phrase.text.slice(0, 80) + lacks)
  option.value = phrase.abbreviation
  option.disabled = lacks !== ""
  return option
}

function drawTicks(me) {
  const statements = JSON.stringify([me.data.unsupported, me.data.foreign])
  if (statements === me.statements) return
  me.statements = statements
  const before = new Set(ticked(me))
  const parts = []
  if (me.data.unsupported.length)
    parts.push(el("legend", { text: "The chart does not say this. Tick what you have checked:" }))
  for (const statement of me.data.unsupported) {
    const box = el("input", { type: "checkbox", value: statement })
    box.checked = before.has(statement)
    box.onchange = () => me.tick()
    const label = el("label", { class: "tick" }, box)
    label.append(words("span", "", statement))
    parts.push(label)
  }
  for (const contact of me.data.foreign)
    parts.push(words("p", "foreign", "Not one of the practice's own contacts, please remove: " + contact))
  me.ticks.replaceChildren(...parts)
}

function count(me) {
  const left = me.data.most - me.area.value.length
  const parts = []
  if (me.data.sources) parts.push(words("span", "soft", "Drafted from: " + me.data.sources))
  if (me.unfilled)
    parts.push(words("span", "foreign", me.unfilled.abbreviation + " stays as it is: the chart does not say "
      + me.unfilled.missing.join(", ").replaceAll("_", " ")))
  if (left < 400) parts.push(el("span", { class: "soft", text: left + " characters left" }))
  parts.push(el("span", { class: "soft", text: me.data.disclaimer }))
  me.foot.replaceChildren(...parts)
}
