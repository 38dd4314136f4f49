"""``python -m tests.fuzz x12 --minutes 10`` (or hl7): the long, coverage-guided run; 1 if anything escapes."""

import argparse
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

TARGETS = ("hl7", "x12")
CHILD = """
import sys
import atheris
with atheris.instrument_imports(include=["services.ehr.{name}", "services.era_lines"]):
    from tests.fuzz.{name} import target
atheris.Setup(sys.argv, target)
atheris.Fuzz()
"""


def main() -> int:
    """Fuzz one target for as long as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="foyer-fuzz-") as folder:
        return run(asked.name, asked.minutes, Path(folder))


def run(name: str, minutes: float, folder: Path) -> int:
    """The fuzzer in a process of its own, which an escaping exception ends; its exit status."""
    target = importlib.import_module(f"tests.fuzz.{name}")
    found = folder / "found"
    found.mkdir()
    for number, data in enumerate(target.corpus()):
        (found / f"sample-{number}").write_bytes(data)
    words = folder / "words"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in target.dictionary()))
    options = [f"-max_total_time={int(minutes * 60)}", f"-dict={words}", "-max_len=20000",
               "-timeout=20", "-print_final_stats=1", f"-artifact_prefix={Path.cwd()}/"]  # fmt: skip
    command = [sys.executable, "-c", CHILD.format(name=name), *options, str(found)]
    return subprocess.run(command, check=False).returncode


def _quoted(word: str) -> str:
    return "".join(c if c.isalnum() else f"\\x{ord(c):02x}" for c in word)


if __name__ == "__main__":
    sys.exit(main())
