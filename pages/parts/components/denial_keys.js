// What a person does in the denial desk's list with mouse and keys, and the table of keys.

const HELP = [
  ["j / ↓, k / ↑", "next, previous denial; in an open one: scroll"],
  ["Enter", "open the denial"],
  ["1", "accept the suggested path"],
  ["2", "confirm what was chosen; on a group in the list: decide all of it"],
  ["c a q o", "correct, appeal, ask the payer, bill other payer"],
  ["p i d w", "patient responsibility, ask intake, ask coding, write off"],
  ["f", "it is fixed in eCW"],
  ["e", "edit the letter (Ctrl+Enter keeps it, Esc leaves it)"],
  ["t", "take or release the denial"],
  ["r", "reopen"],
  ["u", "take back what was just done (15 seconds)"],
  ["Esc or ←", "leave what was chosen; then back to the list"],
  ["→", "into the open denial"],
  ["n", "show what is new"],
  ["g then m a w s c", "lanes: mine, all open, in work, snoozed, closed"],
]
const LANE_KEYS = { m: "mine", a: "open", w: "work", s: "snoozed", c: "closed" }

// A group has a button of its own below its card.
function decorate(me, node, row) {
  node.querySelector(".groupact")?.remove()
  if (!row.group) return
  const act = el("button", { type: "button", class: "groupact", tabindex: "-1" })
  act.append(plain(row.group), " ", el("kbd", { text: "2" }))
  act.onclick = () => askGroup(me, row.id)
  node.append(act)
}

function askGroup(me, id) {
  const row = me.data.rows.find(one => one.id === id)
  if (!row?.group) return false
  me.cursor = id
  document.foyerOpening = Date.now()
  me.emit("ask_group", { id })
  return true
}

const ownKey = (me, event) =>
  event.key === "2" && document.foyerZone !== "review" && !event.repeat && askGroup(me, me.cursor)
