"""The server: who is answered, what it survives, and when it ends."""

import ast
import asyncio
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import sknn_simple.playground
from sknn_simple.playground import serve
from sknn_simple.playground.server import GRACE, Guard, Pages

PACKAGE = Path(sknn_simple.playground.__file__).parent
START = """\
import sys
from sknn_simple.playground import __main__, server
server.GRACE = float(sys.argv[1])
__main__.main(sys.argv[2:])
"""


@contextmanager
def running(*arguments, grace=600):
    """Start the command in a process of its own; yield it and its port."""
    command = [sys.executable, "-c", START, str(grace), "--no-browser", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        [port] = re.findall(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        yield process, int(port)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def port():
    """The port of a server that all tests of this file may use."""
    with running("--port", "0") as (_, port):
        yield port


def get(port, path="/", host="127.0.0.1", **headers):
    """Return the status, the headers and the body of an answer."""
    connection = http.client.HTTPConnection(host, port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def open_page(port, **options):
    """Open a WebSocket as a page of the server does."""
    options = {"origin": f"http://127.0.0.1:{port}", "max_size": None} | options
    return connect(f"ws://127.0.0.1:{port}/ws", open_timeout=60, **options)


def receive(page, kind):
    """Return the next message of a type."""
    while True:
        message = json.loads(page.recv(timeout=60))
        if message["type"] == kind:
            return message


def tell(page, kind, **fields):
    page.send(json.dumps({"type": kind, **fields}))


# Who is answered -------------------------------------------------------------------


def test_the_page_is_served(port):
    status, headers, body = get(port)
    assert status == 200
    assert b'<main id="playground"' in body
    assert headers["content-type"].startswith("text/html")
    for path in re.findall(r'(?:src|href)="(static/[^"]+)"', body.decode()):
        status, headers, _ = get(port, f"/{path}")
        assert status == 200
        assert headers["content-type"].startswith(("text/javascript", "text/css"))


def test_localhost_is_another_name(port):
    assert get(port, Host=f"localhost:{port}")[0] == 200
    with open_page(port, origin=f"http://localhost:{port}") as page:
        tell(page, "hello")
        assert receive(page, "welcome")


def test_the_policy_allows_nothing_from_elsewhere(port):
    _, headers, _ = get(port)
    policy = headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


FOREIGN = [
    "http://evil.example",
    "null",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign_origins_are_refused(port, origin):
    origin = origin.format(port=port)
    assert get(port, Origin=origin)[0] == 403
    assert get(port, "/static/playground.js", Origin=origin)[0] == 403
    with pytest.raises(InvalidStatus, match="403"):
        open_page(port, origin=origin)


def test_a_websocket_without_an_origin_is_refused(port):
    with pytest.raises(InvalidStatus, match="403"):
        open_page(port, origin=None)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1.evil:{port}"],
)
def test_foreign_hosts_are_refused(port, host):
    host = host.format(port=port)
    status, _, body = get(port, Host=host)
    assert status == 403
    assert b"<main" not in body
    with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
        request = (
            f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        raw.sendall(request.encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 403")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a second loopback address")
def test_other_addresses_are_not_served(port):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=60)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static//etc/passwd",
        "/server.py",
        "/static/",
        "/lessons.json",
    ],
)
def test_only_the_page_is_served(port, path):
    assert get(port, path)[0] == 404


def test_hosts_are_compared_with_their_port():
    guard = Guard(None, 8765)
    assert guard.hosts == {"127.0.0.1:8765", "localhost:8765"}
    assert guard.origins == {"http://127.0.0.1:8765", "http://localhost:8765"}


# What it survives -------------------------------------------------------------------


def test_bad_messages_are_answered(port):
    bad = ["", "{", "null", "NaN", '{"type": NaN}', "[" * 100_000, "9" * 10_000, b"{}"]
    with open_page(port) as page:
        for text in bad:
            page.send(text)
            assert json.loads(page.recv(timeout=60))["type"] == "error"
        tell(page, "hello")
        assert receive(page, "state")["data"]["n_train"] == 210


def test_a_large_file_is_refused_with_a_message(port):
    with open_page(port) as page:
        tell(page, "csv", name="large.csv", text="a,b\n" + "1,2\n" * 3_000_000)
        assert "12.0 MB" in receive(page, "error")["text"]
        tell(page, "hello")
        assert receive(page, "state")


def test_pages_do_not_disturb_each_other(port):
    with open_page(port) as one, open_page(port) as other, open_page(port) as judge:
        tell(judge, "step", count=1)
        expected = receive(judge, "frame")
        tell(one, "set", settings={"n_samples": 1000, "epochs_per_frame": 100})
        tell(one, "play")
        for _ in range(3):
            receive(one, "frame")
            tell(one, "ready")
        tell(other, "step", count=1)
        frame = receive(other, "frame")
        assert frame["coefs"] == expected["coefs"]
        assert frame["epoch"] == 1
        assert receive(one, "frame")["epoch"] > 3


# When it ends -----------------------------------------------------------------------


def test_a_page_that_is_closed_while_it_plays_is_no_error():
    with running("--port", "0", grace=0.5) as (process, port):
        for _ in range(5):
            with open_page(port) as page:
                for kind in ("hello", "play"):
                    tell(page, kind)
                page.socket.shutdown(socket.SHUT_RDWR)
        process.wait(timeout=60)
        assert "Traceback" not in process.stderr.read()


def test_it_ends_a_while_after_its_last_page():
    """On a clock that the test sets forward."""
    stopped, loop, clock = [], asyncio.new_event_loop(), [0.0]
    loop.time = lambda: clock[0]
    pages = Pages(lambda: stopped.append(clock[0]))

    async def wait(seconds):
        clock[0] += seconds
        for _ in range(3):  # turns of the loop, in which timers that are due are called
            await asyncio.sleep(0)

    async def visit():
        await wait(10 * GRACE)  # no page was opened yet
        with pages:
            with pages:
                await wait(10 * GRACE)
            await wait(10 * GRACE)  # one of two is closed
        await wait(0.9 * GRACE)
        with pages:  # reloaded within the grace
            await wait(10 * GRACE)
        assert stopped == []
        await wait(1.1 * GRACE)

    loop.run_until_complete(visit())
    loop.close()
    assert stopped == [clock[0]]


def test_it_ends_with_its_last_page():
    with running("--port", "0", grace=0.1) as (process, port):
        with open_page(port) as first:
            with open_page(port) as second:
                tell(second, "hello")
                receive(second, "state")
            tell(first, "hello")
            receive(first, "state")
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="processes there get no Ctrl-C")
def test_it_ends_with_ctrl_c():
    with running("--port", "0") as (process, port), open_page(port) as page:
        tell(page, "play")
        receive(page, "frame")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == ""


# The command -------------------------------------------------------------------------


def test_own_data_and_a_lesson(tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("size,kind\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    lessons = tmp_path / "lessons.json"
    lesson = {"name": "a b", "title": "T", "text": ["One."], "question": "Why?"}
    lessons.write_text(json.dumps([lesson]))
    arguments = ["--csv", str(table), "--target", "size", "--lessons", str(lessons)]
    with running("--port", "0", *arguments) as (_, port), open_page(port) as page:
        tell(page, "hello")
        assert receive(page, "welcome")["lessons"][-1]["name"] == "a b"
        state = receive(page, "state")
        assert state["link"] == ""
        assert state["data"]["name"] == "own.csv"
        assert state["data"]["target"] == "size"


def test_a_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"Port {port} cannot be used"):
            serve(port=port, open_browser=False)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"data": "nothing.csv"}, "nothing.csv"),
        ({"lesson": "nothing"}, "lesson must be one of hidden-layer"),
        ({"lessons": [{}]}, "needs a name"),
        (
            {"data": "own.csv", "lesson": "plateau"},
            "lesson='plateau' begins with data of its own.",
        ),
        ({"target": "art"}, "target='art' is a column of data that were not given"),
        ({"data": 3}, "data must be the path of a CSV file or a data frame, got int"),
        ({"port": 70_000}, "port must be an integer from 0 to 65535, got 70000"),
    ],
)
def test_bad_arguments(arguments, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((OSError, TypeError, ValueError), match=re.escape(expected)):
        serve(**arguments, open_browser=False)


def test_bad_files(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("größe,art\n1,2\n3,4\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"latin\.csv is not text in UTF-8"):
        serve(path, open_browser=False)


def test_the_command_names_what_is_wrong():
    command = [sys.executable, "-m", "sknn_simple.playground", "--lesson", "nothing"]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 1
    assert process.stderr.startswith("python -m sknn_simple.playground: lesson must be")


# What the files hold -----------------------------------------------------------------


def test_the_page_runs_nothing_but_its_own_files():
    page = (PACKAGE / "static" / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|\bstyle=|\bon\w+=", page) == []
    for path in (PACKAGE / "static").iterdir():
        text = path.read_text("utf-8")
        urls = set(re.findall(r"(?:https?|wss?)://[\w./$-]*", text))
        assert urls <= {"http://www.w3.org/2000/svg", "ws://$"}, path
        evaluated = r"\beval\b|\bFunction\(|innerHTML|outerHTML|insertAdjacentHTML"
        assert re.findall(evaluated + r"|document\.write", text) == [], path


def test_no_pickle_is_loaded():
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("load", "Unpickler"), path
                if node.attr == "loads":
                    assert ast.unparse(node) == "json.loads", path
            if isinstance(node, ast.Name):
                assert node.id not in ("eval", "exec", "compile", "__import__"), path
