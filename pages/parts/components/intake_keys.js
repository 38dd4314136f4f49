// The table of keys of the intake page, and its lanes.

const HELP = [
  ["j / ↓, k / ↑", "next, previous: forms in the list, fields in an open form"],
  ["Enter", "open the form; in a form: accept this field"],
  ["a", "accept everything that matches"],
  ["1", "accept this field; 1 – 9 picks among its offered values"],
  ["c", "keep the chart, with a reason"],
  ["e", "type another value (Esc leaves it, Enter accepts it)"],
  ["q", "ask the patient"],
  ["r", "decide again"],
  ["Shift+E", "pass the clinical fields to a nurse"],
  ["v", "show where this field stands on the form"],
  ["w", "write to the chart what is decided"],
  ["u", "take back what was just written (15 seconds)"],
  ["t", "take or release the form"],
  ["Esc or ←", "back to the list"],
  ["→", "into the open form"],
  ["n", "show what is new"],
  ["/", "find the patient of a form that has none"],
  ["0", "none of the likely patients"],
  ["g then m u a w c d r", "lanes: my team, unassigned, all, whose form, to the chart, done, removed"],
]
const LANE_KEYS = { m: "team", u: "unassigned", a: "all", w: "whose", c: "writing", d: "done", r: "removed" }
