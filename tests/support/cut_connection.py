"""A connection to a server that can be lost, or held up.

It passes bytes on until it is cut, and refuses everybody until mended; while it is held, it takes no answers.
"""

from __future__ import annotations

import contextlib
import socket
import threading


class Connection:
    """Listens on a free port of this machine and passes on whatever is said there. Close it at the end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock, self._open = threading.Lock(), set[socket.socket]()
        self._passes = True
        self._flows = threading.Event()
        self._flows.set()
        self.refused = 0  # those who came while it was cut
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Break off every connection, and refuse new ones."""
        with self._lock:
            self._passes = False
            for end in self._open:
                with contextlib.suppress(OSError):  # the other side was faster
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let everybody through again."""
        self._passes = True

    def hold(self) -> None:
        """Take no more of what the server says."""
        self._flows.clear()

    def release(self) -> None:
        """Pass on everything again."""
        self._flows.set()

    def close(self) -> None:
        self.cut()
        self.release()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                server = self._reached() if self._passes else None
                if server is None:
                    self.refused += 1
                    visitor.close()
                    continue
                self._open |= {visitor, server}
            threading.Thread(target=self._pass_on, args=(visitor, server), daemon=True).start()

    def _reached(self) -> socket.socket | None:
        """A connection to the server; None if there is none."""
        try:
            return socket.create_connection(("127.0.0.1", self._port))
        except OSError:
            return None

    def _pass_on(self, visitor: socket.socket, server: socket.socket) -> None:
        """Pass on what both say until neither has more to say."""
        answers = threading.Thread(target=pass_on, args=(server, visitor, self._flows), daemon=True)
        answers.start()
        pass_on(visitor, server)
        answers.join()
        with self._lock:
            self._open -= {visitor, server}
        visitor.close()
        server.close()


def pass_on(source: socket.socket, target: socket.socket, flows: threading.Event | None = None) -> None:
    """Pass on what one side says until it has nothing more to say; nothing while it does not flow."""
    with contextlib.suppress(OSError):
        while content := source.recv(65_536):
            if flows:
                flows.wait()
            target.sendall(content)
    for end, way in ((source, socket.SHUT_RD), (target, socket.SHUT_WR)):
        with contextlib.suppress(OSError):  # one of them has gone already
            end.shutdown(way)
