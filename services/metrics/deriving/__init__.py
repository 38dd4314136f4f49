"""From what is stored of an item to its facts: pure functions, one module for each workflow.

The facts of an item are a function of what is stored of it now, so deriving twice gives the
same, and what changed is replaced. Nothing here reads a sealed column.
"""
