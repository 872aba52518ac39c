"""All state of a session, and everything that changes it. Nothing else touches `st.session_state`.

What all pages share is in `session`; what one page alone remembers is a part of the session, in a file of its own.
"""
