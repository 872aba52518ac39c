"""What a process that trains sweeps does first. It does not import Streamlit, so that it starts quickly."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process

import backprop_core.sweep  # noqa: F401 - now, not with the first slice; and a library not yet there cannot be limited
from backprop_core.nn import blas


def begin() -> None:
    """Use one thread for linear algebra, and end when the server ends, even if it is killed."""
    blas.use_one_thread()
    threading.Thread(target=_end_with_the_server, daemon=True).start()


def _end_with_the_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        os._exit(1)
