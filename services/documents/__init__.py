"""Reading files that strangers sent: in a process of its own, within limits, never obeyed."""
