"""kill -9 of the deliverer while it sends, a thousand times, against a real sandbox and database."""
