// The table of keys of the claims page, and its lanes.

const HELP = [
  ["j / ↓, k / ↑", "next, previous in the list"],
  ["Enter", "open it; in an open one: the first thing to do"],
  ["a", "release this claim"],
  ["Shift+A", "release all clean claims in the list"],
  ["p", "let the first open finding pass"],
  ["f", "fixed in eCW: check it again"],
  ["q", "ask the payer where it stands"],
  ["u", "take back what was just released"],
  ["Esc or ←", "back to the list"],
  ["→", "into what is open"],
  ["n", "show what is new"],
  ["g then t r w f u a", "lanes: to release, rejected, on the way, files, unmatched, all"],
]
const LANE_KEYS = { t: "release", r: "rejected", w: "way", f: "files", u: "unmatched", a: "all" }
