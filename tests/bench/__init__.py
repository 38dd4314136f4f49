"""What the product takes for its work, beside a peer or a floor measured in the same run."""
