"""Parts of the metrics page."""
