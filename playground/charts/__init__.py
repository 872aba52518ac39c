"""Plotly figures that several pages use, as pure functions of data. Nothing here imports Streamlit."""
