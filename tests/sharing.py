"""How tests are shared out: a file stays in one process, and one demo at a time is in front of a browser."""

from xdist.scheduler import LoadFileScheduling

BROWSER = ("tests/browser/", "tests/test_web_browser.py")


class ByFile(LoadFileScheduling):
    """Files in the order they are collected, which puts the long browser stories first.

    Two demos with two browsers on two cores would be slower than staff ever see it.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith(BROWSER) else str(super()._split_scope(nodeid))
