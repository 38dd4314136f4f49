"""MLLP: a message stands between VT and FS CR, and nothing else does; split or merged as TCP likes."""

START = b"\x0b"
END = b"\x1c\r"


class TooLarge(Exception):
    """More came than any answer has."""


def framed(message: bytes) -> bytes:
    """*message* as it goes on the wire. Raises ``ValueError`` if it would break the frame itself."""
    if START in message or b"\x1c" in message:
        raise ValueError("A message holds no VT and no FS; they are escaped.")
    return START + message + END


class Frames:
    """Cuts a stream into messages. Noise before a VT is dropped; at most *limit* bytes in all."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.received = 0
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that *data* completes, oldest first. Raises ``TooLarge``."""
        self.received += len(data)
        if self.received > self.limit:
            raise TooLarge
        self._rest += data
        found = []
        while (message := self._next()) is not None:
            found.append(message)
        return found

    def _next(self) -> bytes | None:
        begin = self._rest.find(START)
        if begin < 0:
            self._rest.clear()
            return None
        end = self._rest.find(END, begin)
        if end < 0:
            del self._rest[:begin]
            return None
        # A frame that broke off is followed by a whole one: the last VT before the end counts.
        begin = self._rest.rfind(START, begin, end)
        message = bytes(self._rest[begin + 1 : end])
        del self._rest[: end + len(END)]
        return message
