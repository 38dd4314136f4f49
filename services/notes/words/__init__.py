"""How the words of a visit are read: spoken English tidied, numbers, dates, findings, negation."""
