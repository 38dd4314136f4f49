// Time in Foyer: seconds in which this page has the focus and somebody used it just now.
// Reading without touching anything counts for as long as one look lasts, and no longer.

const LOOK = 30000
const REPORT = 30000

export default function ({ data, setStateValue }) {
  let last = Date.now()
  let counted = 0
  let since = Date.now()
  const used = () => {
    last = Date.now()
  }
  const count = () => {
    const now = Date.now()
    if (document.hasFocus() && !document.hidden && now - last < LOOK) counted += now - since
    since = now
  }
  const tell = () => {
    count()
    const seconds = Math.floor(counted / 1000)
    if (seconds < 1) return
    counted -= seconds * 1000
    setStateValue("used", { n: Date.now(), note: data.note, seconds })
  }
  const inputs = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]
  inputs.forEach(name => addEventListener(name, used, { capture: true, passive: true }))
  const counting = setInterval(count, 1000)
  const telling = setInterval(tell, REPORT)
  return () => {
    inputs.forEach(name => removeEventListener(name, used, { capture: true }))
    clearInterval(counting)
    clearInterval(telling)
  }
}
