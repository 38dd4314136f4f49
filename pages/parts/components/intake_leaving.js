// What left for the chart, what a person types into eCW, and what else may be done with a form.

function copyBlock(me, entry) {
  const lines = el("dl", { class: "copy" })
  for (const line of entry.lines) lines.append(words("dt", "", line.label), words("dd", "", line.value))
  const text = entry.lines.map(line => line.label + ": " + line.value).join("\n")
  const copy = button(me, "Copy", "", "copy" + entry.name, () => toClipboard(me, copy, text))
  const done = entry.may
    ? button(me, "Done in eCW", "", "done" + entry.name, () => send(me, "copied", { paths: entry.paths }), "first")
    : null
  const title = el("h3", { text: "Type into eCW: " + entry.screen })
  return el("section", { class: "block" }, title, words("p", "told", entry.why), lines, el("div", { class: "acts" }, copy, done))
}

async function toClipboard(me, node, text) {
  const said = (await written(me, text)) ? "Copied" : "Not copied: please select the text"
  say(me, said)
  node.firstChild.textContent = said
  setTimeout(() => (node.firstChild.textContent = "Copy"), 2500)
}

// Without https a browser gives pages no clipboard, only the old command on a selected field.
async function written(me, text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const field = el("textarea", { class: "hidden-label", "aria-hidden": "true", readonly: true })
    field.value = text
    me.root.append(field)
    field.select()
    const worked = document.execCommand("copy")
    field.remove()
    return worked
  }
}

function sent(me) {
  const list = el("ul", { class: "sent", role: "list", "aria-label": "What left for the chart" })
  for (const one of me.data.sent) {
    const line = el("li", {}, el("span", { text: one.what + ": " }), chip(one.words, one.kind), words("span", "soft", one.by))
    if (one.error) line.append(words("p", "problem", one.error))
    list.append(line)
  }
  return el("section", {}, el("h3", { text: "Sent to the chart" }), list)
}

function moves(me) {
  const { data } = me
  const bar = el("div", { class: "moves", role: "group", "aria-label": "With this form" })
  for (const move of data.moves) {
    if (move.kind === "matching" || (move.kind === "escalate" && data.clinical?.ask)) continue
    const node = button(me, move.label, move.key, "move" + move.kind, () => send(me, move.kind), move.first ? "first" : "")
    node.title = move.help
    bar.append(node)
  }
  if (data.note.may) bar.append(button(me, data.note.text ? "Change the note" : "Note", "", "movenote", () => writeNote(me)))
  if (data.assign) bar.append(assigner(me))
  if (data.kinds) bar.append(filer(me))
  return bar
}

function writeNote(me) {
  me.noting = { text: me.data.note.text }
  draw(me, true)
  me.body.querySelector("#note-field")?.focus()
}

function filer(me) {
  const choice = el("select", { "aria-label": "What this document is; it goes to the team that deals with it", "data-k": "kind" })
  choice.append(el("option", { value: "", text: "It is a…" }))
  for (const one of me.data.kinds) choice.append(el("option", { value: one.value, text: one.label }))
  choice.onchange = () => {
    if (choice.value) send(me, "file_as", { document: choice.value })
    choice.value = ""
  }
  return choice
}

function assigner(me) {
  const choice = el("select", { "aria-label": "Give this form to", "data-k": "assign" })
  choice.append(el("option", { value: "", text: "Give to…" }))
  for (const group of me.data.assign) {
    const holder = el("optgroup", { label: group.label })
    for (const one of group.items) holder.append(el("option", { value: one.value, text: one.label }))
    choice.append(holder)
  }
  choice.onchange = () => {
    const [kind, to] = choice.value.split(":")
    if (to !== undefined) send(me, "assign", { [kind]: to })
    choice.value = ""
  }
  return choice
}
