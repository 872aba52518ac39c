"""The whole app without a browser: going to a page, reading it, pressing and choosing, as its tests do."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from backprop_core import Run
from playground.session.session import Session
from support.patience import PATIENCE

APP = Path(__file__).parents[2] / "app.py"
TRAIN, STEP, DATA, COMPARE, SWEEP, LANDSCAPE = "", "step", "data", "compare", "sweep", "landscape"  # addresses


class Page:
    """The app as its script left it. Reading and pressing go by keys.

    After every run of the script, an exception box fails the test. So does an error box, except where
    a test file is about refusals and its page sets `may_refuse`.
    """

    may_refuse = False

    def __init__(self, address: str = TRAIN, **parts: str) -> None:
        """Open the page at an address; `parts` are what a link says after the question mark."""
        self.app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
        self.app.query_params.update(parts)
        # Every AppTest looks for components in the metadata of all installed packages, which takes longer than
        # the page does. None of them has any.
        with patch.object(importlib.metadata, "distributions", return_value=[]):
            self.go(address)

    def go(self, address: str) -> None:
        """Navigate. AppTest.switch_page takes only pages that are files; ours are functions."""
        navigation = st.navigation

        def elsewhere(pages: list[Any], **settings: Any) -> Any:
            current = navigation(pages, **settings)
            if current.url_path != address:
                st.switch_page(next(page for page in pages if page.url_path == address))
            return current

        with patch.object(st, "navigation", elsewhere):
            self.look()

    def look(self) -> None:
        """Run the script."""
        self.app.run()
        self.check()

    def check(self) -> None:
        assert not self.app.exception, self.app.exception[0].value
        assert self.may_refuse or not self.app.error, self.errors

    @property
    def session(self) -> Session:
        session: Session = self.app.session_state["session"]
        return session

    @property
    def run(self) -> Run:
        return self.session.run

    @property
    def errors(self) -> list[str]:
        return [error.value for error in self.app.error]

    def nodes(self) -> list[Any]:
        """All widgets, texts, charts and containers, in the order of the page."""
        return [*self.app.main, *self.app.sidebar]

    def keys_on_it(self) -> set[str]:
        """Keys of all widgets and containers."""
        return {node.key for node in self.nodes() if getattr(node, "key", None)}

    def widget(self, key: str) -> Any:
        """The input with a key."""
        return next(node for node in self.nodes() if getattr(node, "key", None) == key and hasattr(node, "set_value"))

    def choose(self, key: str, value: Any) -> None:
        self.widget(key).set_value(value).run()
        self.check()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.app.button(key=key).click().run()
            self.check()

    def train(self, epochs: int) -> None:
        """Train to this epoch, as scrubbing ahead does."""
        self.choose("timeline", epochs)

    def report(self, element: Any, state: dict[str, Any]) -> None:
        """What the browser reports of a chart or an editor, which AppTest cannot set."""
        root = self.app.main.root
        states = root.get_widget_states()
        states.widgets.append(WidgetState(id=element.proto.id, string_value=json.dumps(state)))
        with patch.object(root, "get_widget_states", return_value=states):
            self.look()

    def select(self, chart: Any, *points: dict[str, Any]) -> None:
        """Click points of a chart."""
        places = [point["point_index"] for point in points if "point_index" in point]
        self.report(chart, {"selection": {"points": points, "point_indices": places, "box": [], "lasso": []}})

    def edit(self, table: Any, rows: dict[int, dict[str, Any]], added: Sequence[dict[str, str]] = ()) -> None:
        """Type into cells of a table, {row: {column: value}}, and below it."""
        self.report(table, {"edited_rows": rows, "added_rows": list(added), "deleted_rows": []})

    def charts(self) -> list[str]:
        """Keys of the charts."""
        return [str(chart.key) for chart in self.app.get("plotly_chart")]

    def chart(self, key: str) -> Any:
        """The chart with this key."""
        (chart,) = [chart for chart in self.app.get("plotly_chart") if chart.key == key]
        return chart

    def spec(self, key: str) -> dict[str, Any]:
        """A chart as it is sent to the browser."""
        spec: dict[str, Any] = json.loads(self.chart(key).proto.spec)
        return spec

    def text(self) -> str:
        """All that is said; numbers and units are kept on a line by spaces of their own kind."""
        kinds = ("markdown", "caption", "info", "success", "warning")
        said = [element.value for kind in kinds for element in getattr(self.app, kind)]
        bars: list[str] = [bar.text for bar in self.app.progress]
        return " ".join([*said, *bars]).replace("\N{NO-BREAK SPACE}", " ")
