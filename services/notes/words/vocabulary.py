"""Word lists in code, written as the words they are."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of *text*, parted by spaces."""
    return tuple(text.split())
