// Shared by the panes: where the keys move, and how high a pane is.

const toZone = name => {
  if (document.foyerZone === name) return
  document.foyerZone = name
  document.dispatchEvent(new CustomEvent("foyer-zone", { detail: name }))
}

// A pane ends at the bottom of the window, wherever it begins.
const fitPane = root => {
  const top = Math.round(root.getBoundingClientRect().top + window.scrollY)
  if (top > 0) root.style.height = "calc(100dvh - " + (top + 10) + "px)"
}
