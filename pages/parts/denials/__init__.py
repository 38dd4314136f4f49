"""What the denial desk is made of."""
