"""The settings page in parts: a form for each subject, the review before saving, the history."""
