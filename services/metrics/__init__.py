"""What the practice's numbers are: facts of finished happenings, definitions, and how both are read.

``deriving`` makes facts of what is stored, ``gathering`` keeps them up to date, ``definitions``
say what each number means, and ``report`` computes them.
"""
