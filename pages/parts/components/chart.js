// The patient beside the message: what the chart says, as of when, for this reader's role.

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  root.replaceChildren(el("h3", { text: "Patient" }), ...data.sections.map(section), el("p", { class: "soft", text: data.asOf }))
}

function section(part) {
  const list = el("ul")
  for (const line of part.lines) {
    const item = el("li", { dir: "auto" })
    item.append(plain(line.text))
    if (line.more) item.append(words("span", "soft", line.more))
    if (line.flag) item.append(" ", chip(line.flag, "warn"))
    list.append(item)
  }
  if (!part.lines.length) list.append(el("li", { class: "soft", text: part.none }))
  return el("section", {}, el("h4", { text: part.title }), list)
}
