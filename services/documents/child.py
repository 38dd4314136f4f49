"""The reading process: limits itself first, then reads one file from stdin and answers in JSON."""

import os
import resource
import sys

from services.documents import limits
from services.documents.answer import Answer, encoded
from services.documents.kinds import kind_of
from services.documents.pages import Document, Kind
from services.documents.refusals import Refusal, Unread


def main(task: str, *rest: str) -> None:
    """Answer on stdout; any fault that has no reason of its own ends the process."""
    limit()
    data = sys.stdin.buffer.read()
    try:
        answer = _picture(data, *map(int, rest)) if task == "render" else _document(data)
    except Unread as unread:
        answer = Answer(refused=unread.why)
    sys.stdout.buffer.write(encoded(answer))


def limit() -> None:
    """Give up what a reader of one form does not need, for good."""
    for what, most in (
        (resource.RLIMIT_AS, limits.ADDRESS_SPACE),
        (resource.RLIMIT_FSIZE, limits.WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),  # a core dump would be the patient's form on disk
    ):
        resource.setrlimit(what, (most, most))
    # A second between the two, so that the end by SIGXCPU says why before SIGKILL comes.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS + 1))
    os.nice(5)  # pages answer first


# Each kind brings its own library: only the one that is needed is loaded.


def _document(data: bytes) -> Answer:
    match kind_of(data):
        case Kind.PDF:
            from services.documents.pdf import read
        case Kind.IMAGE:
            from services.documents.images import read
        case Kind.DOCX:
            from services.documents.word import read
        case Kind.CCDA:
            from services.documents.ccda import read
    return Answer(document=_bounded(read(data)))


def _picture(data: bytes, page: int, width: int) -> Answer:
    match kind_of(data):
        case Kind.PDF:
            from services.documents.pdf import render
        case Kind.IMAGE:
            from services.documents.images import render
        case Kind.DOCX | Kind.CCDA:
            raise Unread(Refusal.NO_PICTURE)
    return Answer(png=render(data, page, width))


def _bounded(document: Document) -> Document:
    if sum(len(line.words) for page in document.pages for line in page.lines) > limits.WORDS:
        raise Unread(Refusal.TOO_MANY_WORDS)
    return document


if __name__ == "__main__":
    main(*sys.argv[1:])
