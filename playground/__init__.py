"""The Streamlit side: widgets, state, figures and pages."""
