"""A reading process gone wrong, in the way its first argument says."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from services.documents.answer import Answer, encoded
from services.documents.child import limit


def main(task: str, *rest: str) -> None:
    """Go wrong."""
    match task:
        case "sleep":
            time.sleep(600)
        case "start another":
            other = subprocess.Popen(["sleep", "600"])
            Path(rest[0]).write_text(str(other.pid))
        case "babble":
            print("Name: Sample")
        case "babble and fail":
            sys.stdout.buffer.write(encoded(Answer(png=b"half")))
            sys.exit(1)
        case "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "use up its time":
            os.kill(os.getpid(), signal.SIGXCPU)
        case "take memory":
            limit()
            tell(len(bytes(3 * 2**30)))
        case "tell":
            limit()
            tell({"environment": dict(os.environ), "folder": os.listdir(os.environ["TMPDIR"])})
        case "tell limits":
            limit()
            names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
            tell({name: resource.getrlimit(getattr(resource, name)) for name in names})


def tell(what: object) -> None:
    """Answer with *what*."""
    sys.stdout.buffer.write(encoded(Answer(png=json.dumps(what).encode())))


if __name__ == "__main__":
    main(*sys.argv[1:])
