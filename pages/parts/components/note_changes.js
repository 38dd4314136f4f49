// The note word by word: what was added is underlined, what went is struck through, and both say so.

const SAID = { out: ["del", "taken out: "], in: ["ins", "added: "], same: ["span", ""] }

const drawn = ([kind, text]) => {
  const [tag, said] = SAID[kind]
  const node = el(tag)
  if (said) node.append(el("span", { class: "hidden-label", text: said }))
  node.append(plain(text))
  return node
}

const section = ({ title, pieces }) => {
  const text = el("p", { dir: "auto" }, ...pieces.map(drawn))
  return el("section", { "aria-label": title }, el("h4", { text: title }), text)
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root")
  const key = JSON.stringify(data)
  if (root.shown === key) return
  root.shown = key
  root.replaceChildren(...data.sections.map(section))
}
