"""Connections that Streamlit's server accepts send every message at once."""

import socket

from playground.session.sockets import send_at_once


def test_a_connection_does_not_wait_for_acknowledgements() -> None:
    with socket.socket() as listening, socket.socket(type=socket.SOCK_DGRAM):  # which stay as they are, or cannot do it
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert not _sends_at_once(listening)
        send_at_once.cache_clear()
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert _sends_at_once(accepted)


def _sends_at_once(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
