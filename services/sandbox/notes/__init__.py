"""Visits to be written down: today's encounters, what was said, and what is filed of their notes."""
