"""Figures: pure functions of data, in Plotly; nothing here knows Streamlit."""
