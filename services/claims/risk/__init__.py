"""How likely a payer is to deny a claim, learned from the practice's own answered claims alone.

``traits`` says what is looked at, ``learning`` makes a version and measures it, ``model`` is what
a version knows and scores with, ``versions`` keeps and retrains, ``judging`` scores claims.
"""
