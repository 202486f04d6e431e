"""Server: shows the playground to browsers on this machine, and to nobody else.

It listens on 127.0.0.1, and refuses requests that name another host, or that come from
a page of another origin. Each WebSocket has a session of its own, which learns in a
thread of its own.
"""

import asyncio
import json
import socket
import webbrowser
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect

from .lessons import Lesson
from .refusal import Refusal
from .session import Session
from .table import MAX_CHARACTERS, Table

STATIC = Path(__file__).parent / "static"
HOST = "127.0.0.1"
PORT = 8765
GRACE = 10.0
"""Seconds without a page after which the server ends; a reload takes less."""


class Guard:
    """Refuses foreign requests, and sends headers that keep pages from elsewhere out.

    A page of another site may make a browser send requests here. Its name is then in
    the header Origin, and, if its name was made to point here, in the header Host.
    """

    def __init__(self, app, port):
        self.app = app
        self.hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        self.origins = {f"http://{host}" for host in self.hosts}
        sockets = " ".join(sorted(f"ws://{host}" for host in self.hosts))
        self.headers = {
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
            "style-src 'self'; img-src 'self' data: blob:; connect-src 'self' "
            f"{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }

    async def __call__(self, scope, receive, send):
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        # Browsers always name the origin of a WebSocket, but not of a page they open.
        is_known = origin in self.origins or (
            origin is None and scope["type"] == "http"
        )
        if headers.get("host") in self.hosts and is_known:
            await self.app(scope, receive, partial(self._send, send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            text = "This server answers requests from its own pages only.\n"
            await PlainTextResponse(text, 403)(scope, receive, send)

    async def _send(self, send, message):
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(self.headers)
        await send(message)


class Pages:
    """Counts the open pages, and calls `stop` when there were none for a while."""

    def __init__(self, stop):
        self.stop, self.n_open, self.timer = stop, 0, None

    def __enter__(self):
        self.n_open += 1
        if self.timer is not None:
            self.timer.cancel()

    def __exit__(self, *error):
        self.n_open -= 1
        if self.n_open == 0:
            self.timer = asyncio.get_running_loop().call_later(GRACE, self.stop)


def make_app(port, make_session, stop):
    """Return the ASGI application. `stop` is called when no page is left."""
    pages = Pages(stop)

    async def index(request):
        return FileResponse(STATIC / "index.html")

    async def converse(websocket):
        await websocket.accept()
        # A page may be closed while an answer is on its way to it.
        with pages, suppress(WebSocketDisconnect):
            session = await run_in_threadpool(make_session)
            while True:
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                replies = await run_in_threadpool(answer, session, message.get("text"))
                for reply in replies:
                    await websocket.send_text(reply)

    routes = [
        Route("/", index),
        Mount("/static", StaticFiles(directory=STATIC)),
        WebSocketRoute("/ws", converse),
    ]
    return Guard(Starlette(routes=routes), port)


def answer(session, text):
    """Return the session's answers to a message, all of them as JSON."""
    try:
        message = json.loads(text or "", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        replies = [Refusal("message", "A message must be JSON.").message()]
    else:
        replies = session.handle(message)
    return [json.dumps(reply, allow_nan=False) for reply in replies]


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def run(
    table: Table | None,
    lessons: dict[str, Lesson],
    lesson: str | None,
    port: int | None,
    open_browser: bool,
) -> None:
    """Serve pages until the last one is closed, or until Ctrl-C."""
    if port is not None and not 0 <= port < 2**16:
        raise ValueError(f"port must be an integer from 0 to 65535, got {port!r}.")
    make_session = partial(Session, table, lessons)
    make_session()  # raises what is wrong with the data before a page opens
    if lesson is not None and lesson not in lessons:
        raise ValueError(f"lesson must be one of {', '.join(lessons)}, got {lesson!r}.")
    with _listen(port) as listener:
        port = listener.getsockname()[1]

        def stop():
            server.should_exit = True

        config = uvicorn.Config(
            make_app(port, make_session, stop),
            log_level="warning",
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=20 * MAX_CHARACTERS,  # what is too large gets an answer
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        address = f"http://{HOST}:{port}/" + (f"#lesson={lesson}" if lesson else "")
        print(f"The playground is at {address} (Ctrl-C ends it).", flush=True)
        if open_browser:
            webbrowser.open(address)
        server.run(sockets=[listener])


def _listen(port):
    """Return a socket that listens on the port, on this machine only."""
    ports = [PORT, 0] if port is None else [port]
    for candidate in ports:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
        except OSError as error:
            listener.close()
            if candidate == ports[-1]:
                raise OSError(
                    error.errno,
                    f"Port {candidate} cannot be used ({error.strerror}). Choose "
                    "another one, or 0 for any that is free.",
                ) from error
            continue
        listener.listen()
        return listener
    raise AssertionError("unreachable")
