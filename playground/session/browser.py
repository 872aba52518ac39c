"""How far the visitor's browser has come with what it was sent."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def is_behind() -> bool:
    """Whether some of what was sent still waits, because the network is slow or the browser is busy.

    Then frames would only delay the answer to a press. Also, Streamlit's server keeps up to 500 messages for a browser:
    with one more it drops the session, without telling the browser, whose page never changes again.
    """
    context = get_script_run_ctx()
    if context is None or not st.runtime.exists():
        return False
    client = st.runtime.get_instance().get_client(context.session_id)
    waiting = getattr(client, "_send_queue", None)
    return waiting is not None and not waiting.empty()
