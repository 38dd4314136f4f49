"""Parts of the revenue page; ``cards`` also stands on top of the denials page."""
