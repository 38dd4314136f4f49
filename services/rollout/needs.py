"""Which workflow does nothing without which other: the one table of prerequisites."""

from collections.abc import Mapping

# Denials arise from the payers' answers to claims, so without claims there are none.
NEEDS: Mapping[str, tuple[str, ...]] = {"denials": ("claims",)}
