"""What the Summaries page is made of."""
