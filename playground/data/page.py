"""Data: bring a table of your own, see how it was read, and train on it."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from backprop_core.data import MAX_CLASSES, MAX_INPUTS, MAX_ROWS, TableRows, unique
from backprop_core.settings import SPECS
from backprop_core.tables import MAX_BYTES, MISSING, TASKS, USES, Choice, Table, choice, offers
from playground import wording
from playground.charts import alt_text
from playground.components import live
from playground.components.explained import explain
from playground.components.markdown import escaped
from playground.components.switch import switch
from playground.data import about, overview, state
from playground.data.figures import CLASS_NAMES
from playground.data.memory import HEADERS, NUMBERS, Source, Way
from playground.data.views import Views, test_share
from playground.session import navigation, widgets
from playground.session.session import next_frame

WAYS: dict[Way, str] = {
    "file": ":material/upload_file: File",
    "paste": ":material/content_paste: Paste",
    "type": ":material/edit: Type",
    "click": ":material/touch_app: Click",
}
TYPES = ["csv", "tsv", "txt", "data", "dat", "arff"]
MEGABYTES = MAX_BYTES // 1_000_000
PREVIEW_HEIGHT = 353  # nine rows
LIMITS = (
    f"At most {MAX_ROWS:,} rows. A network takes up to {MAX_INPUTS} inputs and tells up to {MAX_CLASSES} classes apart."
)
CHART_CONFIG = {"displayModeBar": False, "doubleClick": False, "doubleClickDelay": 0}


def page() -> None:
    """Draw the page."""
    page_state = state.data_page()
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        widgets.give("data_way", page_state.way)
        st.segmented_control(
            "Bring data by", tuple(WAYS), format_func=lambda way: WAYS[way], key="data_way", required=True,
            on_change=state.choose_way, label_visibility="collapsed", width="stretch",
        )  # fmt: skip
        {"file": _file, "paste": _paste, "type": _type, "click": _click}[page_state.way]()
        _header(state.source())
    with right:
        _table(state.source())


def _file() -> None:
    st.file_uploader(
        "A CSV, TSV, ARFF or text file", TYPES, key=state.FILE, on_change=state.upload, max_upload_size=MEGABYTES,
        help=f"Up to {MEGABYTES} MB, cells separated by commas, semicolons, tabs, vertical bars or spaces. {LIMITS}",
    )  # fmt: skip
    st.caption(
        "The file is kept in memory while you are here, and stored nowhere. Save a workbook of Excel, Numbers or "
        "LibreOffice as CSV."
    )


def _paste() -> None:
    st.text_area(
        "Cells of a spreadsheet, or lines of text", key=state.TEXT, on_change=state.paste, height=300,
        persist_state="session", placeholder="height;weight;kind\n1,82;75;cat\n0,43;4,1;dog",
        help=f"Up to {MEGABYTES} MB, cells separated by tabs, semicolons, commas, vertical bars or spaces. {LIMITS}",
    )  # fmt: skip
    st.button("Read", key="data_read", icon=":material/table_view:", on_click=state.paste, help="Read the pasted text.")


def _type() -> None:
    editor, key = state.data_page().table_editor, state.editor_key()
    st.text_input(
        "Columns", key="data_names", on_change=state.rename_columns,
        help="Names, separated by commas; a name with a comma in quotation marks. "
        "Another name begins another column; the last one is left out with its name.",
    )  # fmt: skip
    heads = unique(editor.names)
    columns = {name: [row[i] for row in editor.start] for i, name in enumerate(heads)}
    edited = st.data_editor(
        columns, key=key, on_change=state.change_cells, num_rows="dynamic", height=330,
        column_config={name: st.column_config.TextColumn(name) for name in heads},
        alt="The table to be typed.",
    )  # fmt: skip
    state.take_cells(edited)
    with st.container(horizontal=True, key="data_type_buttons"):
        st.button(
            "Clear", key="data_clear_typed", icon=":material/delete:", on_click=state.clear_typing,
            help="Begin with empty cells. Undo brings these back.",
        )  # fmt: skip
        st.button(
            "Undo", key="data_undo_typed", icon=":material/undo:", on_click=state.undo_typing, disabled=not editor.undo,
            help="Back to the table before it was cleared, replaced, or its columns changed.",
        )  # fmt: skip
    st.caption("Numbers or words; an empty cell is a missing value. Cells can be pasted from a spreadsheet too.")


def _click() -> None:
    editor = state.data_page().point_editor
    bar = st.container(horizontal=True, key="data_click_bar", vertical_alignment="center")
    with bar:
        switch("data_class", CLASS_NAMES, "Class")
        st.button(
            "Undo", key="data_undo_click", icon=":material/undo:", on_click=state.undo_click, disabled=not editor.undo,
            help="Take back the last click, or bring back the points that were cleared.",
        )  # fmt: skip
        st.button(
            "Clear", key="data_clear_points", icon=":material/delete:", on_click=state.clear_points,
            disabled=not editor.points, help="Take all points away. Undo brings them back.",
        )  # fmt: skip
    explain(bar, "data_plane", partial(about.plane, editor.points))
    chart = state.clicking()
    with st.container(key="data_plane"):
        st.plotly_chart(
            chart.figure, config=CHART_CONFIG, height=state.CHART_HEIGHT, key=state.POINTS, on_select=state.click,
            selection_mode="points", alt="A plane: click to put a point of the chosen class there.",
        )  # fmt: skip
    live.channel().send(
        next_frame(), {"data_plane": chart.patch}, still=True, alts={"data_plane": alt_text.points(editor.points)}
    )
    st.caption("A click puts a point of the chosen class there; at the place of another point, it takes its place.")


def _table(source: Source) -> None:
    """The table that was brought, what is chosen about it, and the button to train on it."""
    page_state = state.data_page()
    for error in filter(None, (source.error, page_state.error)):
        st.error(escaped(error), icon=":material/error:")
    if source.table is None:
        if not source.error:
            words = about.WORDS["empty"]
            st.info(wording.filled(f"{words[page_state.way]} {words['to_come']}", {}), icon=":material/table:")
        return
    table, current = source.table, state.show_choice(source.table)
    head = _head(source.label, table)
    understood = st.container()
    _choose(table, current)
    result = source.result_of(table, current)
    explain(head, "data_columns", partial(about.columns, result))
    if result.error:
        st.error(escaped(result.error), icon=":material/error:")
    for warning in result.warnings:
        st.warning(escaped(warning), icon=":material/warning:")
    views = source.views_of(result, test_share(result.rows, current) if result.rows else 0.0)
    with understood:
        _preview(table, views)
        if views.balance:
            st.caption(escaped(views.balance))
    _sentences(*(result.rows.report if result.rows else ()), *result.remarks)
    if result.rows is not None:
        _train(result.rows, current)


def _sentences(*sentences: str) -> None:
    st.markdown("\n".join(f"- :small[{escaped(sentence)}]" for sentence in sentences))


def _head(label: str, table: Table) -> DeltaGenerator:
    """What was read, with what can be done with it; returns its place."""
    rows = len(table.rows)
    head = st.container(
        horizontal=True, key="head_data", horizontal_alignment="distribute", vertical_alignment="center"
    )
    with head:
        st.markdown(f"**{escaped(label)}**: {rows:,} row{'s' * (rows != 1)}, {len(table.names)} columns")
        with st.container(horizontal=True, key="head_data_buttons", width="content"):
            if state.data_page().way != "type":
                st.button(
                    "Edit", key="data_type_again", icon=":material/edit:", on_click=state.type_again,
                    help="Take this table into the editor under Type.",
                )  # fmt: skip
            st.download_button(
                "CSV", partial(choice.as_csv, table), "data.csv", "text/csv", key="data_csv",
                icon=":material/download:", on_click="ignore", help="The whole table as a CSV file.",
            )  # fmt: skip
    return head


def _preview(table: Table, views: Views) -> None:
    """What was understood of each column, the first rows as they are written, and as a network is shown them."""
    columns, written, network = st.tabs(["Columns", "Rows", "What the network gets"])
    key = state.uses_key(views.columns)
    columns.data_editor(
        views.columns, key=key, on_change=state.choose_uses, args=(key,),
        disabled=[name for name in views.columns if name != "use"],
        column_config={
            "use": st.column_config.SelectboxColumn(
                "use", options=USES, required=True, width=120,
                help="Click twice to choose: input, target, another target besides the first, or left out.",
            ),
            "histogram": st.column_config.BarChartColumn("histogram", width="small", y_min=0),
            "column": st.column_config.TextColumn("column", pinned=True),
            "values": st.column_config.TextColumn("values", width="medium"),
        },
        height=_height(len(table.names)), hide_index=True, num_rows="fixed",
        alt="What each column is, holds and is used as; its use can be changed.",
    )  # fmt: skip
    heads = choice.names(table)
    written.dataframe(
        {"row": list(table.rows[: overview.ROWS_SHOWN])}
        | {name: cells[: overview.ROWS_SHOWN] for name, cells in zip(heads, table.columns, strict=True)},
        height=_height(len(table.rows)), hide_index=True, alt="The first rows of the table.",
    )  # fmt: skip
    if views.network is None:
        network.caption(about.WORDS["empty"]["network"])
        return
    network.dataframe(
        views.network, height=_height(len(views.network)), hide_index=True,
        alt="The first rows as the network gets them.",
    )  # fmt: skip
    network.caption(views.scaling)


def _height(rows: int) -> int:
    return min(PREVIEW_HEIGHT, 35 * (rows + 1) + 3)


def _header(source: Source) -> None:
    """How a file or a text was read, and a choice about its first row."""
    if not source.content:
        return
    if source.table is not None:
        st.caption(escaped(" ".join(choice.reading_notes(source.table))))
    widgets.give("data_header", source.header)
    st.segmented_control(
        "The first row is", tuple(HEADERS), key="data_header", required=True, on_change=state.choose_reading,
        args=("header",),
        help="Whether the first row is the names of the columns: as was found, or as you say.",
    )  # fmt: skip
    numbers = source.table.numbers if source.table is not None else None
    if source.numbers != "as found" or (numbers is not None and (numbers.doubtful or numbers.example)):
        widgets.give("data_numbers", source.numbers)
        st.segmented_control(
            "Numbers are written", tuple(NUMBERS), key="data_numbers", required=True,
            on_change=state.choose_reading, args=("numbers",),
            help="Which of point and comma stands before decimals, and which between thousands: as was found, or as "
            "you say.",
        )  # fmt: skip


def _choose(table: Table, current: Choice) -> None:
    heads = choice.names(table)
    left, right = st.columns([1, 2])
    left.selectbox(
        "Target", range(len(heads)), format_func=lambda column: heads[column], key="data_target",
        on_change=state.choose,
        help=f"The column to be learned: words or whole numbers as classes, up to {MAX_CLASSES}, or a number.",
    )  # fmt: skip
    right.multiselect(
        "Inputs", [column for column in range(len(heads)) if column not in current.targets],
        format_func=lambda column: heads[column], key="data_inputs", on_change=state.choose, wrap=True,
        help=f"The columns shown to the network, 1 to {MAX_INPUTS} inputs: a column of numbers is one, a column of "
        "words is one for each word, 0 or 1; two words share one.",
    )  # fmt: skip
    tasks = offers(table, current.targets)
    left, right = st.columns([1, 2])
    right.multiselect(
        "More targets", [column for column in range(len(heads)) if column != current.targets[0]],
        format_func=lambda column: heads[column], key="data_more_targets", on_change=state.choose, wrap=True,
        max_selections=MAX_CLASSES - 1, placeholder="None",
        help="Columns learned together with the target: classes with a column of 0 and 1 each, labels of which a row "
        "may have several, or numbers.",
    )  # fmt: skip
    left.segmented_control(
        "Learn it as", tasks, format_func=lambda task: TASKS[task], key="data_task", required=True,
        on_change=state.choose,
        help="Classes: which of several it is, each an output of its own (two share one). A number: a value to be met.",
    )  # fmt: skip
    st.segmented_control(
        "Where an input is missing", tuple(MISSING), format_func=lambda name: MISSING[name], key="data_missing",
        required=True, on_change=state.choose, disabled=not any(table.missing),
        help="Gaps are filled from the other values of the column, words by the most frequent in any case. Rows "
        "without a target are left out.",
    )  # fmt: skip
    with st.container(horizontal=True, key="data_toggles"):
        st.toggle(
            "Standardise inputs", key="data_standardise", on_change=state.choose,
            help="Give every input the mean 0 and the standard deviation 1, measured on the training rows. Networks "
            "learn badly from large numbers, and from inputs of very different sizes.",
        )  # fmt: skip
        if current.task == "number":
            st.toggle(
                "Standardise target", key="data_scale_target", on_change=state.choose,
                help="Learn the target with the mean 0 and the standard deviation 1. Outputs are shown in its own "
                "units, losses in standard deviations.",
            )  # fmt: skip


def _train(rows: TableRows, current: Choice) -> None:
    """The share held back for testing, and the button that starts a run."""
    share = test_share(rows, current)
    widgets.give("data_test_share", share)
    left, right = st.columns([1, 1], vertical_alignment="bottom", gap="medium")
    left.slider(
        "Test share", SPECS["test_share"].low, SPECS["test_share"].high, step=0.05, key="data_test_share",
        on_change=state.choose_test_share, help=SPECS["test_share"].help,
    )  # fmt: skip
    if right.button(
        "Train on this data", key="data_train", icon=":material/play_arrow:", type="primary", width="stretch",
        on_click=state.train, args=(rows, share),
        help="Start a run on the Train page, with settings that suit this data. Undo there brings the old run back.",
    ) and not state.data_page().error:  # fmt: skip
        navigation.go("train")
