"""What the Charges page is made of."""
