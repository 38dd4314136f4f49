"""What the Notes page is made of."""
