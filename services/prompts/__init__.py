"""Instructions for engines, as a practice may change them: versions, what they are tried on, what is live.

Each prompt file begins with a fixed part that no version can touch, and ends with a part that a
practice may write anew. ``live.py`` is what workflows ask, and imports none of them.
"""
