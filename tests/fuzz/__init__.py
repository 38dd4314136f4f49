"""Coverage-guided fuzzing of what reads strangers' bytes; the suite runs short versions."""
