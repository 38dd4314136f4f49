"""The weekly report by e-mail: when it is due, what it says, how it leaves, and what became of it.

A mail server cannot be asked afterwards whether it took a mail, so a report whose end is unknown
(the worker died, or the line broke after the words had left) is not sent again by itself: it is
shown as unsure, with one click that sends it again. Rather a missing mail that everybody sees than
the same one over and over.
"""
