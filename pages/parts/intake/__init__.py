"""What the intake page is made of: the worklist, the form as it came, the review, and the line above."""
