"""What an open inbox costs the web process in memory, and how 50 people at it wait for a page."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from db.vocabulary import Role
from tests.bench.figures import MILLISECONDS, Figure, Scale, percentile
from tests.bench.served import full_inbox
from tests.web_server import Tab, WebServer

MEGABYTES = "MB"
THINKING = 5.0  # seconds between two pages of one person, on average
PAGES = 8  # of each person


def measure(scale: Scale) -> Iterator[Figure]:
    """Tabs without a browser: they open the websocket and speak Streamlit's protobuf."""
    with full_inbox(scale.folder / "served", scale.on_screen[0]) as server:
        cookie = server.sign_in(Role.FRONT_DESK)
        yield from _memory(server, cookie, scale)
        yield from _at_once(server, cookie, scale)


def _memory(server: WebServer, cookie: str, scale: Scale) -> Iterator[Figure]:
    with Tab(server, cookie) as first:
        _draw(first)  # whoever comes first pays for what all share
    before, opened = _resident(server), 0
    with ExitStack() as tabs:
        for count in scale.sessions:
            for _ in range(count - opened):
                _draw(tabs.enter_context(Tab(server, cookie)))
            opened = count
            now = _resident(server)
            yield Figure(f"memory of the web process, {count} open inboxes", now, MEGABYTES,
                         "none open", before)  # fmt: skip
        each = (now - before) / max(opened, 1)
        yield Figure(f"memory of one open inbox, of {opened}", each, MEGABYTES)


def _at_once(server: WebServer, cookie: str, scale: Scale) -> Iterator[Figure]:
    """Everybody has the whole page drawn again now and then: more than a click does."""
    with ExitStack() as stack:
        tabs = [stack.enter_context(Tab(server, cookie)) for _ in range(scale.staff)]
        alone = [_draw(tabs[0]) for _ in range(6)][1:]
        with ThreadPoolExecutor(scale.staff) as people:
            rounds = people.map(_work, tabs, range(scale.staff))
            taken = [seconds for shift in rounds for seconds in shift]
    for share, target in ((0.5, "< 300 ms"), (0.95, "< 500 ms")):
        what = f"whole inbox page drawn, {scale.staff} people, p{share * 100:.0f}"
        yield Figure(what, percentile(taken, share) * 1e3, MILLISECONDS, "one person alone",
                     percentile(alone, share) * 1e3, target)  # fmt: skip


def _work(tab: Tab, number: int) -> list[float]:
    pace = random.Random(number)
    _draw(tab)
    taken = []
    for _ in range(PAGES):
        time.sleep(pace.expovariate(1 / THINKING))
        taken.append(_draw(tab))
    return taken


def _draw(tab: Tab) -> float:
    """Seconds from asking for the page until its script has finished."""
    message = BackMsg()
    message.rerun_script.context_info.url = tab.url + tab.path
    began = time.perf_counter()
    tab.line.send(message.SerializeToString())
    while True:
        frame = tab.line.recv(timeout=60)
        assert isinstance(frame, bytes)
        if ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished":
            return time.perf_counter() - began


def _resident(server: WebServer) -> float:
    """Megabytes of the server's process that lie in memory."""
    port = server.url.rpartition(":")[2].encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes().split(b"\0")
            if b"--server.port" in said and port in said:
                status = (process / "status").read_text()
                return int(status.partition("VmRSS:")[2].split()[0]) / 1024
        except OSError:
            continue  # it ended while we looked
    raise LookupError("the server is not running")
