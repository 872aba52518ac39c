"""What the Data page shows of a table and a choice, computed together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backprop_core import ConfigError
from backprop_core.data import TableRows
from backprop_core.tables import Choice, Result
from backprop_core.training import data_for, suggested_for
from playground.data import overview


@dataclass(frozen=True)
class Views:
    """What the page shows of a result, and of the share of its rows that is held back."""

    result: Result
    share: float
    columns: pd.DataFrame
    network: pd.DataFrame | None
    scaling: str = ""
    balance: str = ""


def of(result: Result, share: float) -> Views:
    """What is shown of a result. The network gets its rows as a run with the suggested settings would prepare them."""
    rows = result.rows
    columns = overview.column_table(result.table, result.choice)
    if rows is None:
        return Views(result, share, columns, None)
    balance = overview.class_balance(rows)
    try:
        data = data_for(suggested_for(rows).replace(test_share=share), rows)
    except ConfigError:  # which the button to train says
        return Views(result, share, columns, None, balance=balance)
    network = overview.network_table(result.table, result.choice, rows, data)
    return Views(result, share, columns, network, overview.about_scaling(data), balance)


def test_share(rows: TableRows, current: Choice) -> float:
    """The share of rows to be held back: as chosen, or as suggested for so many rows."""
    return suggested_for(rows).share_held_back if current.test_share is None else current.test_share
