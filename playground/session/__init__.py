"""What a session remembers for all pages, and the callbacks that change it.

Only these modules and the pages' `state.py` files touch `st.session_state`. What one page remembers is a part of the
session, defined in the page's own folder.
"""
