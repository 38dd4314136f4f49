"""What the reminders page is made of: the lists, one row, and what a person wished to happen."""
