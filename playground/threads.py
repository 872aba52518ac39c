"""BLAS on one thread.

The products here are small. OpenBLAS would share the larger of them out among all cores, and its threads then wait for
one another: with other work on the machine, a landscape of digits took 3 to 19 s instead of 0.5. Visitors and the
processes of a sweep use the cores better.
"""

from __future__ import annotations

import streamlit as st
from threadpoolctl import threadpool_limits

ONE_BLAS_THREAD = (1, "blas")  # what threadpool_limits is to be called with


@st.cache_resource
def limit() -> None:
    """Keep BLAS to one thread in this process, from now on."""
    threadpool_limits(*ONE_BLAS_THREAD)
