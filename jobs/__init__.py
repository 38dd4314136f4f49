"""What happens by itself: when jobs run. The work they do is in ``services``."""
