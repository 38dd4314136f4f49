"""The revisions, in the order of their numbers. None is edited once it has been released."""
