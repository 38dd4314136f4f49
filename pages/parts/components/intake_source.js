// The form as it came: the patient's answers, or the pages of a document with every place a value was read from.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  const me = instanceOf(parentElement, () => start())
  me.root = root
  fitPane(root)
  me.trigger = event => setTriggerValue("event", event)
  me.ask = page => sendSurely(me, { kind: "page", n: (me.count += 1), page })
  me.data = data
  if (me.shown !== data.key) {
    me.shown = data.key
    root.replaceChildren(head(me), body(me))
  }
  light(me, document.foyerField?.form === data.form ? document.foyerField.path : null)
  return () => {
    instances.delete(parentElement)
    clearTimeout(me.unheard)
    document.removeEventListener("foyer-field", me.onField)
    window.removeEventListener("resize", me.onResize)
  }
}

function start() {
  const me = { count: Date.now() }
  // The review says which field is being looked at.
  me.onField = event => {
    if (event.detail.form !== me.data.form) return
    const place = me.data.places[event.detail.path]
    if (place?.page && place.page !== me.data.page && event.detail.turn) me.ask(place.page)
    light(me, event.detail.path)
  }
  me.onResize = () => fitPane(me.root)
  document.addEventListener("foyer-field", me.onField)
  window.addEventListener("resize", me.onResize)
  return me
}

function head(me) {
  const { data } = me
  const title = words("h3", "", data.title)
  const line = el("header", {}, title, words("span", "soft", data.came))
  for (const flag of data.flags) line.append(" ", chip(flag, "warn"))
  if (data.kind === "page") line.append(zoomer(me))
  if (data.pages > 1) line.append(turner(me))
  return line
}

function zoomer(me) {
  const node = el("button", { type: "button", class: "quiet zoom", "aria-pressed": String(Boolean(me.large)), text: me.large ? "Smaller" : "Larger" })
  node.onclick = () => {
    me.large = !me.large
    me.root.classList.toggle("large", me.large)
    node.textContent = me.large ? "Smaller" : "Larger"
    node.setAttribute("aria-pressed", String(me.large))
  }
  return node
}

function turner(me) {
  const { page, pages } = me.data
  const step = (by, label, text) => {
    const button = el("button", { type: "button", class: "quiet", "aria-label": label, disabled: page + by < 1 || page + by > pages, text })
    button.onclick = () => me.ask(page + by)
    return button
  }
  const middle = el("span", { class: "soft", text: "Page " + page + " of " + pages })
  return el("span", { class: "turner" }, step(-1, "Page before", "‹"), middle, step(1, "Next page", "›"))
}

function body(me) {
  const { data } = me
  me.spots = new Map()
  if (data.kind === "answers") return answers(me)
  if (data.kind === "page") return picture(me)
  if (data.kind === "lines") return lines(me)
  return el("div", { class: "empty" }, el("b", { text: data.empty.title }), el("span", { text: data.empty.next }))
}

const choose = (me, path) =>
  document.dispatchEvent(new CustomEvent("foyer-place", { detail: { form: me.data.form, path } }))

function answers(me) {
  const list = el("dl", { class: "answers" })
  for (const part of me.data.answers) {
    const one = el("div", { class: "answer" }, words("dt", "", part.label), words("dd", "", part.value))
    link(me, one, part.paths)
    list.append(one)
  }
  return list
}

function lines(me) {
  const box = el("div", { class: "text" })
  for (const line of me.data.lines) {
    const one = words("p", "answer", line.text)
    link(me, one, line.paths)
    box.append(one)
  }
  return box
}

function link(me, node, paths) {
  if (!paths.length) return
  node.classList.add("linked")
  node.tabIndex = 0
  node.setAttribute("role", "button")
  node.onclick = () => choose(me, paths.find(path => path !== document.foyerField?.path) ?? paths[0])
  node.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    event.stopPropagation()
    node.onclick()
  }
  for (const path of paths) me.spots.set(path, node)
}

function picture(me) {
  const { data } = me
  const image = el("img", { src: data.image, alt: "Page " + data.page + " of the document" })
  const sheet = el("div", { class: "sheet" }, image)
  for (const [path, place] of Object.entries(data.places)) {
    if (place.page !== data.page || place.right === undefined) continue
    const spot = el("button", { type: "button", class: "spot", title: place.label, "aria-label": "Where it says: " + place.label })
    const share = part => Math.max(0, Math.min(1, part)) * 100 + "%"
    spot.style.left = share(place.left)
    spot.style.top = share(place.top)
    spot.style.width = share(place.right - place.left)
    spot.style.height = share(place.bottom - place.top)
    spot.onclick = () => choose(me, path)
    me.spots.set(path, spot)
    sheet.append(spot)
  }
  return sheet
}

function light(me, path) {
  const chosen = path ? me.spots?.get(path) : null
  for (const node of new Set(me.spots?.values() ?? [])) node.classList.toggle("lit", node === chosen)
  if (!chosen || me.lit === me.shown + path) return
  me.lit = me.shown + path
  const pane = me.root
  const [outer, inner] = [pane.getBoundingClientRect(), chosen.getBoundingClientRect()]
  if (inner.top < outer.top + 40 || inner.bottom > outer.bottom - 20)
    pane.scrollTop += inner.top - outer.top - outer.height / 3
}
