"""Messages leave the server at once."""

from __future__ import annotations

import functools
import gc
import socket


@functools.cache
def send_at_once() -> None:
    """Switch off Nagle's algorithm for all TCP sockets of this process, and for the connections that they will accept.

    Without uvloop, which switches it off itself, Streamlit's server leaves it on
    (https://github.com/Kludex/uvicorn/issues/3149): then a message waits until the browser has acknowledged the one
    before, which takes up to 40 ms, twice or more for every press. Streamlit does not say which sockets it has.
    """
    for found in gc.get_objects():
        if isinstance(found, socket.socket) and found.fileno() >= 0 and _is_tcp(found):
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _is_tcp(found: socket.socket) -> bool:
    return found.family in {socket.AF_INET, socket.AF_INET6} and found.type == socket.SOCK_STREAM
