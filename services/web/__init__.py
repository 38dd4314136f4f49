"""What stands around the pages: the gate, the door where people sign in, health and hooks."""
