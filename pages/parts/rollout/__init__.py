"""The parts of the Rollout page, one for each of its tabs."""
