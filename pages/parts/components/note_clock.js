// Time in Foyer: seconds in which this page has the focus and somebody used it just now.
// Reading without touching anything counts for as long as one look lasts, and no longer.

const LOOK = 30000
const REPORT = 15000

export default function ({ data, parentElement, setStateValue }) {
  // Each run of the page calls this anew; what was counted so far must outlive that.
  const kept = (parentElement.clock ??= { note: "", counted: 0, last: 0, since: 0, told: 0 })
  if (kept.note !== data.note) {
    const now = Date.now()
    Object.assign(kept, { note: data.note, counted: 0, last: now, since: now, told: now })
  }
  const used = () => {
    kept.last = Date.now()
  }
  const count = () => {
    const now = Date.now()
    if (document.hasFocus() && !document.hidden && now - kept.last < LOOK) {
      kept.counted += now - kept.since
    }
    kept.since = now
    const seconds = Math.floor(kept.counted / 1000)
    if (seconds < 1 || now - kept.told < REPORT) return
    kept.counted -= seconds * 1000
    kept.told = now
    setStateValue("used", { n: now, note: kept.note, seconds })
  }
  const inputs = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]
  inputs.forEach(name => addEventListener(name, used, { capture: true, passive: true }))
  const counting = setInterval(count, 1000)
  return () => {
    inputs.forEach(name => removeEventListener(name, used, { capture: true }))
    clearInterval(counting)
  }
}
