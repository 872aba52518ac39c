"""Tables that users bring: what is understood, what is refused and in which words, and that nothing else can happen."""

import csv
import io
import json
import re
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_core import ConfigError
from backprop_core.data.cells import MAX_CELL, number, safe_cell
from backprop_core.data.datasets import DATASETS, prepare
from backprop_core.data.names import MAX_NAME, plain, typed, unique
from backprop_core.data.rows import MAX_CLASSES, MAX_INPUTS, MAX_ROWS, Data, DataSettings, TableRows, user_data
from backprop_core.tables.choice import as_csv, reading_notes, remarks, result_of, rows_of, suggested_choice
from backprop_core.tables.decoding import MAX_BYTES
from backprop_core.tables.reading import MAX_COLUMNS, grid, read
from backprop_core.tables.table import Table
from backprop_core.tables.to_rows import offers, to_rows
from playground.components.markdown import escaped
from playground.data import views
from playground.data.overview import ROWS_SHOWN, column_table

IRIS = "petal length,petal width,species\n1.4,0.2,setosa\n4.7,1.4,versicolor\n6.0,2.5,virginica\n"
XOR = "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n"


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def last(table: Table, **choice: Any) -> TableRows:
    """The rows of a table whose target is its last column, unless another is chosen."""
    return to_rows(table, **{"target": len(table.names) - 1} | choice)


def data_of(rows: TableRows, *, test_share: float = 0.0, output: str = "") -> Data:
    output = output or ("softmax" if rows.classes else "linear")
    names: dict[str, Any] = dict(inputs=rows.inputs, classes=rows.classes, standardise=rows.standardise)
    return user_data(rows.X, rows.y, DataSettings("csv", 0, 0.0, test_share, 0, ("x1", "x2"), output), **names)


# What is understood: a file; how it is told; its inputs, their names, targets, and names of classes.
GOOD: dict[str, tuple[bytes | str, dict[str, Any], list[list[float]], str, list[Any], str]] = {
    "commas": (
        IRIS.encode(),
        dict(delimiter=",", encoding="UTF-8", decimal=".", header=True, numeric=(True, True, False)),
        [[1.4, 0.2], [4.7, 1.4], [6.0, 2.5]],
        "petal length|petal width",
        [0, 1, 2],
        "setosa|versicolor|virginica",
    ),
    "semicolons with decimal commas": (
        b"a;y\r\n1,5;0\r\n-2,25;1\r\n",
        dict(delimiter=";", decimal=","),
        [[1.5], [-2.25]],
        "a",
        [0, 1],
        "0|1",
    ),
    "semicolons with three decimals": (
        "a;y\n1,234;0\n2,345;1\n",
        dict(decimal=","),
        [[1.234], [2.345]],
        "a",
        [0, 1],
        "0|1",
    ),
    "pasted, with tabs": (
        "a\ty\n1\tcat\n2\tdog\n",
        dict(delimiter="\t", encoding="text"),
        [[1], [2]],
        "a",
        [0, 1],
        "cat|dog",
    ),
    "pasted, with decimal commas": (
        "a\ty\n1,5\tu\n12\tv\n",
        dict(delimiter="\t", decimal=","),
        [[1.5], [12]],
        "a",
        [0, 1],
        "u|v",
    ),
    "pasted, with spaces": (
        "  a   b y\n 1  2   0 \n 3  4   1\n",
        dict(delimiter=" "),
        [[1, 2], [3, 4]],
        "a|b",
        [0, 1],
        "0|1",
    ),
    "bars": ("a|y\n1|u\n2|v\n", dict(delimiter="|"), [[1], [2]], "a", [0, 1], "u|v"),
    "commas around quoted decimal commas": (
        'a,y\n"1,5","0"\n"2,5","1"\n',
        dict(delimiter=",", decimal=","),
        [[1.5], [2.5]],
        "a",
        [0, 1],
        "0|1",
    ),
    "no header": (
        "5.1, 3.5, setosa\n4.9, 3.0, virginica\n",
        dict(header=False, delimiter=","),
        [[5.1, 3.5], [4.9, 3]],
        "x1|x2",
        [0, 1],
        "setosa|virginica",
    ),
    "no header, numbers only": ("1,2,0\n3,4,1\n", dict(header=False), [[1, 2], [3, 4]], "x1|x2", [0, 1], "0|1"),
    "quoted text": (
        '"width, cm","kind ""x"""\n1,"a, b"\n2,"c\nd"\n',
        dict(header=True, rows=(2, 3)),
        [[1], [2]],
        "width, cm",
        [0, 1],
        "a, b|c d",
    ),
    "CRLF": (b"a,y\r\n1,0\r\n2,1\r\n", dict(rows=(2, 3)), [[1], [2]], "a", [0, 1], "0|1"),
    "old Macintosh CR": (b"a,y\r1,0\r2,1\r", dict(rows=(2, 3)), [[1], [2]], "a", [0, 1], "0|1"),
    "byte order mark": (
        b"\xef\xbb\xbfa,y\n1,0\n2,1\n",
        dict(encoding="UTF-8 with a byte order mark", names=("a", "y")),
        [[1], [2]],
        "a",
        [0, 1],
        "0|1",
    ),
    "pasted byte order mark": ("\ufeffa,y\n1,0\n2,1\n", dict(names=("a", "y")), [[1], [2]], "a", [0, 1], "0|1"),
    "UTF-16 with its mark": (
        "a\ty\n1\t0\n2\t1\n".encode("utf-16"),
        dict(encoding="UTF-16", delimiter="\t"),
        [[1], [2]],
        "a",
        [0, 1],
        "0|1",
    ),
    "UTF-16, big end first": (
        b"\xfe\xff" + "a,y\n1,ä\n2,ö\n".encode("utf-16-be"),
        dict(encoding="UTF-16"),
        [[1], [2]],
        "a",
        [0, 1],
        "ä|ö",
    ),
    "Windows-1252": (
        "Größe;Tür\n1,5;zu\n2;auf\n".encode("cp1252"),
        dict(encoding="Windows-1252", names=("Größe", "Tür")),
        [[1.5], [2]],
        "Größe",
        [1, 0],
        "auf|zu",
    ),
    "blank lines, trailing delimiters": (
        "\n\na,y,,\n1,0,,\n\n , ,\n2,1,,\n\n",
        dict(rows=(4, 7), names=("a", "y")),
        [[1], [2]],
        "a",
        [0, 1],
        "0|1",
    ),
    "no newline at the end": ("a,y\n1,0\n2,1", {}, [[1], [2]], "a", [0, 1], "0|1"),
    "trailing delimiter in rows only": (
        "a,y\n1,0,\n2,1,\n3,1,\n",
        dict(names=("a", "y")),
        [[1], [2], [3]],
        "a",
        [0, 1, 1],
        "0|1",
    ),
    "spaces around numbers": (
        "a ,  y\n 1 ,\t0\n\u00a02\u00a0, 1 \n",
        dict(names=("a", "y")),
        [[1], [2]],
        "a",
        [0, 1],
        "0|1",
    ),
    "scientific notation": (
        "a,y\n1e3,0\n-2.5E-2,1\n.5,0\n+3.,1\n",
        {},
        [[1000], [-0.025], [0.5], [3]],
        "a",
        [0, 1, 0, 1],
        "0|1",
    ),
    "minus signs and invisible characters": ("a,y\n−1,0\n\u200b2\ufeff,1\n", {}, [[-1], [2]], "a", [0, 1], "0|1"),
    "minus one and one": ("a,y\n1,-1\n2,+1\n3,-1.0\n", {}, [[1], [2], [3]], "a", [0, 1, 0], "-1|1"),
    "truth values": ("a,y\n1,true\n2,false\n", {}, [[1], [2]], "a", [1, 0], "false|true"),
    "regression": ("a,y\n1,0.5\n2,0.7\n3,1\n", {}, [[1], [2], [3]], "a", [[0.5], [0.7], [1]], ""),
    "whole numbers, each once": ("a,y\n1,10\n2,20\n3,30\n", {}, [[1], [2], [3]], "a", [[10], [20], [30]], ""),
    "whole numbers that recur": ("a,y\n" + "1,3\n2,5\n3,7\n" * 5, {}, [[1], [2], [3]] * 5, "a", [0, 1, 2] * 5, "3|5|7"),
    "missing values": (
        "a,b,y\n1,,0\n2,NA,1\n3,4,\n5,6,0\n7,?,1\n8,9,1\n",
        dict(missing=(0, 3, 1), numeric=(True,) * 3),
        [[5, 6], [8, 9]],
        "a|b",
        [0, 1],
        "0|1",
    ),
    "no name in the middle": (
        "\na,,y\n1,2,0\n3,1,1\n",
        dict(names=("a", "column 2", "y"), unnamed=(1,)),
        [[1, 2], [3, 1]],
        "a|column 2",
        [0, 1],
        "0|1",
    ),
    "an index without name": (
        ",a,y\n0,1.5,0\n1,2.5,1\n",
        dict(names=("column 1", "a", "y"), unnamed=(0,)),
        [[0, 1.5], [1, 2.5]],
        "column 1|a",
        [0, 1],
        "0|1",
    ),
    "no name at the end": (
        "a,y,\n1,0,3\n2,1,4\n",
        dict(names=("a", "y", "column 3")),
        [[1, 0], [2, 1]],
        "a|y",
        [0, 1],
        "3|4",
    ),
    "a column of words": (
        "colour,a,y\nred,1,0\nblue,2,1\n",
        dict(numeric=(False, True, True)),
        [[1, 1], [0, 2]],
        "colour = red|a",
        [0, 1],
        "0|1",
    ),
    "truth values as input": ("a,y\ntrue,0\nfalse,1\n", {}, [[1], [0]], "a = true", [0, 1], "0|1"),
    "formulas as text": ("a,y\n1,=1+1\n2,@cmd\n", {}, [[1], [2]], "a", [0, 1], "=1+1|@cmd"),
    "markup in names": ("<b>$a$</b>,y\n1,**u**\n2,:red[v]\n", {}, [[1], [2]], "<b>$a$</b>", [0, 1], "**u**|:red[v]"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_table_is_understood(name: str) -> None:
    content, told, X, inputs, y, classes = GOOD[name]
    table = read(content)
    assert {field: getattr(table, field) for field in told} == told
    rows = last(table)
    np.testing.assert_array_equal(rows.X, X)
    np.testing.assert_array_equal(rows.y, y)
    assert rows.inputs == tuple(inputs.split("|"))
    assert rows.classes == (tuple(classes.split("|")) if classes else ())
    assert set(rows.row_numbers) <= set(table.rows)
    data = data_of(rows)
    assert (data.inputs, data.classes, len(data.X)) == (rows.inputs, rows.classes, len(X))
    for sentence in (*table.notes, *rows.report):
        check_sentence(sentence)


WIDE = ",".join(f"c{i}" for i in range(66)) + "\n" + "\n".join(",".join(map(str, range(i, i + 66))) for i in range(3))
MANY = "a,y\n" + "".join(f"{i},c{i}\n" for i in range(21))
KIND = ", not a table of text: save or export it as CSV."
ONE_COLUMN = (
    "The text has only one column, and a network needs an input and a target; columns are separated by commas, "
    "semicolons, tabs, vertical bars or spaces."
)
UTF_8 = ": save it as CSV UTF-8."

# What cannot be read at all, and the sentence it gets.
UNREADABLE: dict[str, tuple[Any, str]] = {
    "empty": (b"", "The file is empty."),
    "empty text": ("", "The text is empty."),
    "a byte order mark alone": (b"\xef\xbb\xbf", "The file is empty."),
    "blank lines": (b"\n\r\n  \n\t\n", "The file is empty."),
    "delimiters alone": (",,\n,,\n", "The text is empty."),
    "quotes around nothing": ('""\n" "\n', "The text is empty."),
    "a header alone": (b"a,b,y\n", "The file has the names of columns, but no rows below them."),
    "not text": (3.5, "A table is read from text, or from the bytes of a file."),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0", f"The file is a picture{KIND}"),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", f"The file is a picture{KIND}"),
    "PDF": (b"%PDF-1.7\n", f"The file is a PDF document{KIND}"),
    "xlsx": (zipped(), f"The file is an Excel workbook or another zip file{KIND}"),
    "empty zip": (b"PK\x05\x06" + b"\0" * 18, f"The file is an empty zip file{KIND}"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"The file is an old Excel workbook{KIND}"),
    "gzip": (b"\x1f\x8b\x08\0", f"The file is a compressed file{KIND}"),
    "RTF": (b"{\\rtf1 a}", f"The file is a rich text document{KIND}"),
    "Parquet": (b"PAR1\0", f"The file is a Parquet file{KIND}"),
    "SQLite": (b"SQLite format 3\0", f"The file is a database{KIND}"),
    "NUL": (b"a,b\n1,2\0\n", "The file is not a table of text: line 2 has the control character U+0000."),
    "bell": ("a,b\n1,\x072\n", "The text is not a table of text: line 2 has the control character U+0007."),
    "half a character": (
        "a,b\n1,\ud800\n",
        "The text is not a table of text: line 2 has the control character U+D800.",
    ),
    "every byte": (
        bytes(range(256)),
        f"The file is neither UTF-8 nor Windows-1252, for line 2 has the byte 0x81{UTF_8}",
    ),
    "another encoding": (
        b"a\n1\n\x81",
        f"The file is neither UTF-8 nor Windows-1252, for line 3 has the byte 0x81{UTF_8}",
    ),
    "UTF-16 without mark": (
        "a,b\n1,2\n".encode("utf-16-le"),
        f"The file is binary, or UTF-16 without a byte order mark{UTF_8}",
    ),
    "big UTF-16 without": (
        "a,b\n1,2\n".encode("utf-16-be"),
        f"The file is binary, or UTF-16 without a byte order mark{UTF_8}",
    ),
    "half of UTF-16": ("a,b\n1,2\n".encode("utf-16")[:-1], f"The file begins as UTF-16, but is not{UTF_8}"),
    "no UTF-8 after its mark": (
        b"\xef\xbb\xbfa,b\n1,\xff",
        f"The file begins as UTF-8 with a byte order mark, but is not{UTF_8}",
    ),
    "UTF-32": (
        "a,b\n1,2\n".encode("utf-32"),
        "The file is not a table of text: line 1 has the control character U+0000.",
    ),
    "HTML": (
        b"<!DOCTYPE html><html>404</html>",
        "The file is a web page or XML, not a table: save or export it as CSV.",
    ),
    "HTML table": (
        " <table><tr><td>1</table>",
        "The text is a web page or XML, not a table: save or export it as CSV.",
    ),
    "XML": ("<?xml version='1.0'?><a/>", "The text is a web page or XML, not a table: save or export it as CSV."),
    "JSON rows": (b'[{"a": 1, "y": 0}]\n', "The file is JSON, not a table: save or export it as CSV."),
    "JSON lines": (b'{"a": 1, "y": 0}\n{"a": 2, "y": 1}', "The file is JSON, not a table: save or export it as CSV."),
    "notebook": (
        json.dumps({"cells": [], "nbformat": 4}),
        "The text is a notebook, not a table: save or export it as CSV.",
    ),
    "one column": ("y\n0\n1\n", ONE_COLUMN),
    "short row": ("a,b,y\n1,2,0\n3,4\n", "Row 3 has 2 cells, but row 1 has 3; cells are separated by commas."),
    "long row": ("a;b;y\n\n1;2;0\n3;4;1;5\n", "Row 4 has 4 cells, but row 1 has 3; cells are separated by semicolons."),
    "a title above": (
        "My data\n\na,b,y\n1,2,0\n",
        "Row 3 has 3 cells, but row 1 has 1; cells are separated by commas.",
    ),
    "mixed delimiters": (
        "a,b,y\n1,2,0\n3;4;1\n5,6,0\n",
        "Row 3 has 1 cell, but row 1 has 3; cells are separated by commas.",
    ),
    "thousands commas": ("a,y\n1,200,0\n300,1\n", "Row 2 has 3 cells, but row 1 has 2; cells are separated by commas."),
    "unclosed quote": ('a,b,y\n1,2,0\n3,"4,1\n5,6,0\n', "Row 3 opens a quote that is never closed."),
    "quote within a quote": (
        'a,y\n1,"u"x\n',
        "Row 2 has text after a closing quote; a quote within a quoted cell is written twice.",
    ),
    "swallowed rows": (
        'a,b,y\n1,"2,0\n' + "3,4,1\n" * 60 + '5,6",1\n',
        "Row 2, column “b” has 367 characters, and at most 200 can be read; perhaps a quote is not closed.",
    ),
    "the same name twice": (
        "a,b,a\n1,2,0\n",
        "Columns 1 and 3 are both called “a” in row 1; every column needs a name of its own.",
    ),
    "long name": ("a" * 201 + ",y\n1,0\n", "The name of column 1 has 201 characters, and at most 200 can be read."),
    "too many bytes": (
        b"a,y\n" + b"1,0\n" * 500_000,
        "The file has 2,000,004 bytes, and at most 2,000,000 (2 MB) can be read.",
    ),
    "too many bytes of text": (
        "ä" * 1_000_001,
        "The text has 2,000,002 bytes, and at most 2,000,000 (2 MB) can be read.",
    ),
    "too many rows": ("1,0\n" * 5_001, "The table has 5,001 rows, and at most 5,000 and a header can be read."),
    "far too many rows": ("1,0\n" * 9_000, "The table has 9,000 rows, and at most 5,000 and a header can be read."),
    "too many columns": (",".join(map(str, range(201))), "The table has 201 columns, and at most 200 can be read."),
    "long cell": (
        "a,y\n1,0\n" + "2" * 201 + ",1\n",
        "Row 3, column “a” has 201 characters, and at most 200 can be read.",
    ),
    "giant cell": (
        "a,y\n" + "2" * 200_000 + ",1\n",
        "Row 2 has a cell of more than 100,000 characters, and at most 200 can be read.",
    ),
}

SEPARATED = "is not a number (it may have thousands separators)"
LARGE = "is beyond ±1,000,000,000,000"

# A cell in a column of numbers: how it is shown, and what is said of it.
CELLS = {
    "wide": ("wide", "is not a number"),
    "inf": ("inf", "is not a finite number"),
    "-Infinity": ("-Infinity", "is not a finite number"),
    "∞": ("∞", "is not a finite number"),
    "1e400": ("1e400", LARGE),
    "1000000000001": ("1000000000001", LARGE),
    "-2e12": ("-2e12", LARGE),
    f"{10**150}": (f"1{'0' * 38}…", LARGE),
    "15%": ("15%", "is not a number (it has a percent sign)"),
    "1.234,5": ("1.234,5", SEPARATED),
    "1_000": ("1_000", SEPARATED),
    "1,5": ("1,5", "is not a number (it has a decimal comma where a decimal point is expected)"),
    "2024-05-01": ("2024-05-01", "is not a number (it looks like a date)"),
    "1.5.2024 12:00": ("1.5.2024 12:00", "is not a number (it looks like a date)"),
    "12:30": ("12:30", "is not a number (it looks like a time)"),
    "True": ("True", "is not a number (write 1 or 0)"),
    "$5": ("$5", "is not a number (it has a currency sign)"),
    "5 €": ("5 €", "is not a number (it has a currency sign)"),
    "5 cm": ("5 cm", "is not a number (it has letters after its digits)"),
    "0x10": ("0x10", "is not a number (it has letters after its digits)"),
    "=SUM(A1:A2)": ("=SUM(A1:A2)", "is not a number (it is a formula)"),
    "#DIV/0!": ("#DIV/0!", "is not a number (it is an error of the spreadsheet)"),
    "-": ("-", "is not a number"),
    "1+2j": ("1+2j", "is not a number"),
    "١٢": ("١٢", "is not a number"),
    "<b>": ("<b>", "is not a number"),
}

# What can be read, but not learned from: the table, the choices, the field and the sentence of the refusal.
UNUSABLE: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "constant inputs": (
        "a,b,y\n1,2,0\n1,2,1\n",
        {},
        "features",
        "Every input is the same in all rows, so there is nothing to learn from.",
    ),
    "one class": (
        "a,y\n1,cat\n2,cat\n",
        {},
        "target",
        "The target “y” is “cat” in every row, so there is nothing to learn.",
    ),
    "one number": ("a,y\n1,3\n2,3\n", {}, "target", "The target “y” is 3 in every row, so there is nothing to learn."),
    "one class is left": (
        "a,y\n1,u\n2,u\n,v\n",
        {},
        "target",
        "The target “y” is “u” in every row, so there is nothing to learn.",
    ),
    "missing everywhere": (
        "a,b,y\n1,,0\n,2,1\n3,,1\n",
        {},
        "data",
        "None of the 3 rows has a value in every column that is used; most are missing in column “b” (2).",
    ),
    "one row is left": (
        "a,y\n1,0\n,1\n",
        {},
        "data",
        "Only 1 of the 2 rows has a value in every column that is used; most are missing in column “a” (1).",
    ),
    "one row": ("a,y\n1,0\n", {}, "data", "The table has only one row of data, and at least 2 are needed."),
    "empty column": ("a,b,y\n1,,0\n2,NaN,1\n", {}, "features", "Column “b” has no values; leave the column out."),
    "empty target": ("a,y\n1,NA\n2,?\n", {}, "target", "Column “y” has no values; choose another target."),
    "nothing to take a mean of": (
        "a,b,y\n1,,0\n2,,1\n3,4,\n",
        {"missing": "mean"},
        "features",
        "Column “b” has no values in rows with a target; leave the column out.",
    ),
    "a word among targets": (
        "a,y\n1,0.5\n2,0.7\n3,abc\n",
        {},
        "target",
        "Row 4, column “y”: “abc” is not a number; correct it, or choose another target.",
    ),
    "date": (
        "a,y\n2024-05-01,0\n2024-05-02,1\n",
        {},
        "features",
        "Row 2, column “a”: “2024-05-01” is not a number (it looks like a date); leave the column out.",
    ),
    "German date": (
        "a;y\n1.5.2024;0\n2.5.2024;1\n",
        {},
        "features",
        "Row 2, column “a”: “1.5.2024” is not a number (it looks like a date); leave the column out.",
    ),
    "time": (
        "a,y\n12:30,0\n12:45,1\n",
        {},
        "features",
        "Row 2, column “a”: “12:30” is not a number (it looks like a time); leave the column out.",
    ),
    "too many classes": (
        MANY,
        {},
        "target",
        "The target “y” has 21 different values, such as “c0” and “c1”, and at most 20 classes can be learned.",
    ),
    "a fraction as class": (
        "a,y\n1,0\n2,0.5\n",
        {"task": "classes"},
        "task",
        "Row 3, column “y”: “0.5” cannot be a class, for classes are whole numbers or text; learn it as a number.",
    ),
    "text as number": (
        "a,y\n1,cat\n2,dog\n",
        {"task": "number"},
        "target",
        "Row 2, column “y”: “cat” is not a number; choose another target.",
    ),
    "too many inputs": (WIDE, {}, "features", "65 columns are inputs, and a network can have at most 64 here."),
    "too many targets": (
        WIDE,
        {"target": list(range(21))},
        "target",
        "21 columns are targets, and a network can have at most 20 here.",
    ),
    "no such target": (XOR, {"target": "species"}, "target", "There is no column “species”; the columns are a, b, y."),
    "no such input": (
        XOR,
        {"features": ["a", "<i>"]},
        "features",
        "There is no column “<i>”; the columns are a, b, y.",
    ),
    "no target": (XOR, {"target": []}, "target", "Choose a column as target."),
    "no input": (XOR, {"features": []}, "features", "Choose a column as input."),
    "input twice": (XOR, {"features": ["a", 0]}, "features", "Column “a” is chosen twice."),
    "target as input": (
        XOR,
        {"features": ["a", "y"]},
        "features",
        "Column “y” is the target, so it cannot be an input too.",
    ),
    "classes in two columns": (
        XOR,
        {"target": ["b", "y"], "task": "classes"},
        "task",
        "Classes are read from one target column, not from 2.",
    ),
    "unknown task": (
        XOR,
        {"task": "cluster"},
        "task",
        "A target is learned as 'classes' or as a 'number'; 'auto' chooses.",
    ),
    "unknown remedy": (
        XOR,
        {"missing": "zero"},
        "missing",
        (
            "Rows with missing values are left out ('drop') or filled with the 'mean', the 'median' or the "
            "'most_frequent' value."
        ),
    ),
}


def check_sentence(sentence: str) -> None:
    """One sentence on one line, fit to be drawn once it is escaped."""
    assert re.fullmatch(r"[A-Z0-9“].*\.", sentence), sentence
    assert not set(sentence) & set("\n\r\x00"), sentence
    assert not re.search(r"(?<!\\)[<>\[\]{}$*`~#|&]", escaped(sentence)), sentence
    assert "Traceback" not in sentence
    assert len(sentence) < 400


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_not_a_table_is_refused_in_a_sentence(name: str) -> None:
    content, sentence = UNREADABLE[name]
    with pytest.raises(ConfigError) as caught:
        read(content)
    assert (str(caught.value), caught.value.field) == (sentence, "data")
    check_sentence(sentence)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_that_is_not_a_number_is_named(cell: str) -> None:
    table = read(f"a\ty\n2.5\t0\n{cell}\t1\n3\t1\n")
    with pytest.raises(ConfigError) as caught:
        last(table)
    shown, what = CELLS[cell]
    sentence = f"Row 3, column “a”: “{shown}” {what}; correct it, or leave the column out."
    assert (str(caught.value), caught.value.field) == (sentence, "features")
    check_sentence(sentence)
    with pytest.raises(ConfigError) as caught:
        to_rows(table, "a", ["y"])
    assert (str(caught.value), caught.value.field) == (
        sentence.replace("leave the column out", "choose another target"),
        "target",
    )


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_learned_is_refused_in_a_sentence(name: str) -> None:
    content, choice, field, sentence = UNUSABLE[name]
    table = read(content)
    with pytest.raises(ConfigError) as caught:
        last(table, **choice)
    assert (str(caught.value), caught.value.field) == (sentence, field)
    check_sentence(sentence)


@pytest.mark.parametrize(
    "column",
    [3, -1, 10**5000, True, 1.5, None, b"y"],
    ids=["3", "-1", "large", "True", "1.5", "None", "bytes"],
)
@pytest.mark.parametrize("field", ["target", "features"])
def test_a_column_that_cannot_be_is_refused_in_a_sentence(field: str, column: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        last(read(XOR), **{field: [column]})
    assert str(caught.value) == "A column is given by its name, or by a whole number from 0 to 2."
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234", 1234),
        ("1,234.5", 1234.5),
        ("1\u00a0234", 1234),
        ("1\u202f234\u202f567", 1_234_567),
        ("1’234.50", 1234.5),
    ],
)
def test_thousands_beside_a_number_with_a_decimal_point_are_read(cell: str, value: float) -> None:
    table = read(f"a\ty\n2.5\t0\n{cell}\t1\n3\t1\n")
    assert last(table).X[:, 0].tolist() == [2.5, value, 3]
    assert f"is read as {value:.15g}." in table.notes[-1]


def test_a_file_is_called_by_its_name() -> None:
    with pytest.raises(ConfigError, match=r"^“my\*data.csv” is empty\.$"):
        read(b"", "my*data.csv")


def test_limits_are_allowed() -> None:
    assert len(read("a,y\n" + "1,0\n" * MAX_ROWS).rows) == len(read("1,0\n" * MAX_ROWS).rows) == MAX_ROWS
    assert len(read(",".join(["1"] * MAX_COLUMNS)).names) == MAX_COLUMNS
    assert read("a,y\n1," + "u" * MAX_CELL).columns[1] == ("u" * MAX_CELL,)
    full = b"a,y\n1,0\n"
    assert read(full + b"\n" * (MAX_BYTES - len(full))).columns == (("1",), ("0",))
    assert last(read("a,y\n1000000000000,0\n-1e12,1\n")).X.ravel().tolist() == [1e12, -1e12]
    wide = "\n".join(",".join(map(str, range(i, i + MAX_INPUTS + 1))) for i in range(3))
    assert last(read(wide)).X.shape == (3, MAX_INPUTS)
    assert len(last(read("a,y\n" + "".join(f"{i},c{i}\n" for i in range(MAX_CLASSES)))).classes) == MAX_CLASSES


def test_a_header_can_be_claimed_or_denied() -> None:
    years = "2019,2020\n1,0\n2,1\n"
    assert read(years).names == ("x1", "x2")
    assert read(years, header=True).names == ("2019", "2020")
    assert read(XOR, header=False).columns[0] == ("a", "0", "0", "1", "1")


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("a,b\n1,2", True),
        ("NA,1\n2,3", False),
        ("?,u\n2,v", False),
        ("a,1\n2,3", True),
        ("a,b\nwide,u\n1,v\n2,u", True),
        ("u,v\nv,u\n", True),
        ("u,v\nu,w\n", False),
        ("u,u\nv,w\n", False),
        ("u,1\nv,2\n", False),
        ("\n\nu,1\nv,2\n", False),
    ],
)
def test_a_header_is_text_above_numbers_or_unlike_all_below(content: str, header: bool) -> None:
    assert read(content).header == header


def test_notes_say_what_was_decided() -> None:
    assert read(IRIS).notes == ("Cells are separated by commas.",)
    assert read("1,5;ä\n2;ö".encode("cp1252")).notes == (
        "Cells are separated by semicolons, decimals by a comma.",
        "No names of columns were found, so they are called x1 to x2.",
        "The text is not UTF-8 and was read as Windows-1252: see whether letters like ä and é are right.",
    )
    assert grid(["a"], [[1]]).notes == ()


def test_the_report_says_what_was_done() -> None:
    table = read("a,b,c,y\n1,,7,u\n2,3,7,v\n\n4,5,7,u\n6,,7,\n8,NA,7,u\n")
    rows = last(table, standardise=True)
    assert rows.row_numbers == (3, 5)
    assert rows.standardise
    assert rows.report == (
        "3 rows with missing values were left out: rows 2, 6, 7.",
        "The inputs are a, b, c.",
        "The target “y” has 2 classes: u (1), v (1).",
        "The input “c” is 7 in every row, so nothing can be learned from it.",
        "Each input is given the mean 0 and the standard deviation 1 over the training rows.",
    )
    assert last(read("a,y\n1,0.5\n2,0.7\n,3\n")).report == (
        "1 row with a missing value was left out: row 4.",
        "The input is a.",
        "The target “y” is a number from 0.5 to 0.7.",
    )
    many = last(read("a,y\n" + ",0\n" * 12 + "1,0\n2,1\n"))
    assert (
        many.report[0] == "12 rows with missing values were left out: rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more."
    )
    assert last(read(XOR)).report[0] == "All 4 rows are used."


def test_missing_inputs_can_be_the_mean_of_their_column() -> None:
    table = read("a,b,y\n1,,u\n2,3,v\nNaN,5,u\n100,100,\n")
    rows = last(table, missing="mean")
    np.testing.assert_array_equal(rows.X, [[1, 4], [2, 3], [1.5, 5]])
    assert rows.row_numbers == (2, 3, 4)
    assert rows.report[-1] == "2 missing values were replaced by the mean of the column."
    third = last(read("a,b,y\n0.1,1,u\n0.1,2,v\n0.1,3,v\n,4,v"), missing="mean")  # a mean that rounds differently
    assert set(third.X[:, 0]) == {0.1}


def test_columns_are_chosen_by_name_or_number_in_any_order() -> None:
    table = read("a,b,y\n1,2,u\n3,4,v\n")
    rows = to_rows(table, "y", ["b", 0])
    assert rows.inputs == ("b", "a")
    np.testing.assert_array_equal(rows.X, [[2, 1], [4, 3]])
    assert to_rows(table, np.int64(2), [np.int64(0)]).inputs == ("a",)
    text = to_rows(read("name,a,y\nx,1,0\nz,2,1\n"), "y", ["a"])
    assert text.inputs == ("a",)
    spaced = to_rows(read("1,2,u\n3,4,v"), "x1", ["x2"], task="number")
    assert (spaced.inputs, spaced.y.tolist()) == (("x2",), [[1], [3]])


def test_several_targets_are_numbers_or_mark_a_class() -> None:
    rows = to_rows(read("i,o1,o2\n0.05,0.01,0.99\n0.1,0.5,0.5\n"), ["o1", "o2"])
    assert (rows.classes, rows.y.tolist()) == ((), [[0.01, 0.99], [0.5, 0.5]])
    assert rows.report[-1] == "The targets are 2 numbers: o1, o2."
    marked = to_rows(read("i,cat,dog\n1,1,0\n2,0,1\n"), ["cat", "dog"])
    assert (marked.classes, marked.y.tolist()) == (("cat", "dog"), [[1, 0], [0, 1]])
    assert marked.report[-1] == "The targets mark one of 2 classes in each row: cat, dog."
    assert data_of(marked).classes == ("cat", "dog")
    assert to_rows(read("i,cat,dog\n1,1,1\n2,0,1\n"), ["cat", "dog"]).classes == ()


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        ("u v w", "classes"),
        ("1 u v", "classes"),
        ("1 2 u", "number classes"),
        ("1 2 inf", "number"),
        ("0 1 1", "classes number"),
        ("-1 1 NA", "classes number"),
        ("7 900000 7", "classes number"),
        ("0.5 1 1", "number"),
        ("3 3 3", "number"),
        ("1 2 3", "number classes"),
        ("1 2 3 " * 5, "classes number"),
        (" ".join(map(str, range(20))), "number classes"),
        (" ".join(map(str, range(21))), "number"),
        ("NA NA", "classes"),
    ],
)
def test_what_a_target_can_be_learned_as(cells: str, kinds: str) -> None:
    table = grid(["y"], [[cell] for cell in cells.split()])
    assert offers(table, "y") == tuple(kinds.split())


def test_the_task_can_be_chosen() -> None:
    table = read(XOR)
    assert last(table, task="number").y.tolist() == [[0], [1], [1], [0]]
    assert data_of(last(table, task="number")).task == "regression"
    assert last(read("a,y\n1,10\n2,20\n3,30\n"), task="classes").classes == ("10", "20", "30")
    assert last(read("a,y\n1,10\n2,9\n3,u\n"), task="classes").classes == ("10", "9", "u")


def test_a_grid_takes_what_its_cells_hold() -> None:
    rows: list[list[Any]] = [
        [1, 2.5, True],
        [None, None, None],
        ["", "", ""],
        ["3,5", np.float64(4), np.False_],
        [float("nan"), 5, "x"],
    ]
    table = grid(["a ", "b", "y"], rows)
    assert table.columns == (("1", "3,5", ""), ("2.5", "4.0", "5"), ("true", "false", "x"))
    assert (table.rows, table.names) == ((1, 4, 5), ("a", "b", "y"))
    commas = grid(["a", "y"], [["0,5", 1], ["1,5", 0]])
    assert last(commas).X.tolist() == [[0.5], [1.5]]


@pytest.mark.parametrize(
    ("names", "rows", "sentence"),
    [
        (["a", "y"], [], "The table is empty."),
        (["a", "y"], [[None, " "]], "The table is empty."),
        (["a", ""], [[1, 2]], "Column 2 has no name; give it one, or delete the column."),
        (["a", "a "], [[1, 2]], "Columns 1 and 2 are both called “a”; every column needs a name of its own."),
        (["a", "y"], [[1, 2], [3]], "Row 2 has 1 cell, but there are 2 columns."),
        (["a", "y"], [[10**5000, 2]], "Row 1, column 1 has a number that is too large."),
        (["a", "y"], [[1, 1j]], "Row 1, column 2 has neither a number nor a text."),
        (["a", "y"], [[1, [2]]], "Row 1, column 2 has neither a number nor a text."),
        (["a", "y"], [[1, "u" * 201]], "Row 1, column “y” has 201 characters, and at most 200 can be read."),
        (["a", "y"], [[1, 2]] * 5001, "The table has 5,001 rows, and at most 5,000 and a header can be read."),
    ],
)
def test_a_grid_is_refused_in_a_sentence(names: list[str], rows: list[list[Any]], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        grid(names, rows)
    assert (str(caught.value), caught.value.field) == (sentence, "data")


def test_inputs_are_standardised_by_the_training_rows_alone() -> None:
    text = "a,b,y\n" + "".join(f"{i},{i * i},{i % 2}\n" for i in range(40))
    data = data_of(last(read(text), standardise=True), test_share=0.5)
    np.testing.assert_allclose(data.X.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(data.X.std(axis=0), 1.0, atol=1e-12)
    assert np.abs(data.X_test.mean(axis=0)).max() > 1e-3
    assert data_of(last(read(text)), test_share=0.5).X.max() > 1000


@pytest.mark.parametrize(("name", "output"), [("iris", "softmax"), ("wine", "sigmoid")])
def test_a_dataset_that_went_through_a_file_is_the_same_data(name: str, output: str) -> None:
    rows = DATASETS[name].load(0, 0.0, 0)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    writer.writerow([*rows.inputs, "class"])
    writer.writerows([[*map(repr, map(float, x)), rows.classes[int(y)]] for x, y in zip(rows.X, rows.y, strict=True)])
    table = read(file.getvalue().replace(".", ",").encode("utf-16"))
    data = data_of(last(table, standardise=True), test_share=0.25, output=output)
    same = prepare(DataSettings(name, 0, 0.0, 0.25, 0, (), output))
    assert (data.task, data.inputs, data.classes, data.features) == (
        same.task,
        same.inputs,
        same.classes,
        same.features,
    )
    for field in ("X", "y", "X_test", "y_test"):
        np.testing.assert_array_equal(getattr(data, field), getattr(same, field))


# Names and cells that are shown and exported.


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("petal length", "petal length"),
        ("petal_width", "petal_width"),
        ("  a \t\n b  ", "a b"),
        ("<b>bold</b>", "‹b›bold‹/b›"),
        ("<script>alert('1')</script>", "‹script›alert(’1’)‹/script›"),
        ("$x_1$ & $y$", "＄x_1＄ ＆ ＄y＄"),
        ("&lt;b&gt;", "＆lt;b＆gt;"),
        ("%{x} {y}", "%(x) (y)"),
        ("length [cm]", "length (cm)"),
        ("[a](http://b.c)", "(a)(http∶//b.c)"),
        ("![a](b)", "!(a)(b)"),
        (":red[a] :smile:", "∶red(a) ∶smile∶"),
        ("**a** *b* _c_ __d__ ~~e~~ `f`", "∗∗a∗∗ ∗b∗ ˍcˍ ˍˍdˍˍ ∼∼e∼∼ ’f’"),
        ("# a", "＃ a"),
        ("a -- b--c", "a — b--c"),
        ("- a", "− a"),
        ("-1", "−1"),
        ("+ a", "＋ a"),
        ("=1+1", "＝1+1"),
        ("@a", "＠a"),
        ("1. a", "1․ a"),
        ("1.5", "1.5"),
        ("a|b", "a∣b"),
        ("a\\b", "a∖b"),
        ("www.a.b", "www․a.b"),
        ("a@b.c", "a＠b.c"),
        ("a\x00\x1b[31m\u202eb\u200b\ud800", "a(31mb"),
        ("Größe 测试 Ünïcode", "Größe 测试 Ünïcode"),
        ("e\u0301", "é"),
        ("", ""),
        ("\u200b", ""),
        ("a" * 40, "a" * 40),
        ("a" * 41, "a" * 39 + "…"),
    ],
)
def test_names_are_made_plain(name: str, shown: str) -> None:
    assert plain(name) == shown


@given(st.text(st.characters(), max_size=60))
def test_a_plain_name_has_nothing_left_to_interpret(name: str) -> None:
    shown = plain(name)
    assert len(shown) <= MAX_NAME
    assert not set(shown) & set("<>[]{}$*`~#|\\&:\"'@")
    assert not shown.startswith(("=", "+", "-"))
    assert not re.search(r"(^|\W)_|_(\W|$)", shown)
    assert shown == " ".join(shown.split())
    assert shown.isprintable() or not shown.isascii()
    assert plain(shown) == shown
    shown.encode()


@given(
    st.lists(
        st.sampled_from(["a", "a*", "a∗", "<", ">", "", "\x00", "b" * 50, "b" * 60, "unnamed", "a 2"]), max_size=12
    )
)
def test_names_stay_different(names: list[str]) -> None:
    shown = unique(names)
    assert len(set(shown)) == len(shown) == len(names)
    assert all(0 < len(name) <= MAX_NAME and typed(name) == name for name in shown)


def test_names_that_are_cut_to_the_same_are_numbered() -> None:
    head = "a" * 40
    assert last(read(f"{head}1,{head}2,y\n1,2,u\n3,4,v\n")).inputs == ("a" * 39 + "…", "a" * 34 + " 2")
    assert last(read("a*,a∗,y\n1,2,u*\n3,4,u∗\n")).inputs == ("a*", "a∗")


@pytest.mark.parametrize(
    ("cell", "exported"),
    [
        ("setosa", "setosa"),
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'  =1"),
        ("＝1", "'＝1"),
        ("\x00=1", "'=1"),
        ("-1", "-1"),
        ("+1.5e3", "+1.5e3"),
        ("-1+1", "'-1+1"),
        ("a=b", "a=b"),
        ("a\x07b\u202ec", "abc"),
        ("", ""),
    ],
)
def test_a_cell_is_exported_harmless(cell: str, exported: str) -> None:
    assert safe_cell(cell) == exported


@given(st.text(st.characters(), max_size=30))
def test_no_exported_cell_begins_a_formula(cell: str) -> None:
    exported = safe_cell(cell)
    assert not exported.strip().startswith(("=", "@", "＝", "＠"))
    if exported.strip().startswith(("+", "-")):
        assert number(exported.strip()) is not None
    assert not any(ord(character) < 32 or ord(character) == 127 for character in exported)
    exported.encode()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_they_are_written(value: float) -> None:
    assert number(repr(value)) == value
    assert number(repr(value).replace(".", ","), ",") == value
    assert number(repr(value).replace("-", "−")) == value


# Whatever is brought, it is understood or refused in a sentence.


def check_refusal(error: ConfigError, fields: set[str]) -> None:
    assert error.field in fields
    check_sentence(str(error))


def check_anything(content: bytes | str) -> None:
    try:
        table = read(content)
    except ConfigError as error:
        check_refusal(error, {"data"})
        return
    assert len({len(table.rows), *map(len, table.columns)}) == 1
    assert len(table.names) == len(table.columns) == len(set(table.names)) == len(table.numeric) == len(table.missing)
    for note in table.notes:
        check_sentence(note)
    check_suggested(table)
    columns = range(len(table.names))
    for target in {0, columns[-1]}:
        numeric = [column for column in columns if column != target and table.numeric[column]]
        check_choice(table, target, None, "auto", "drop")
        for task in offers(table, target):
            check_choice(table, target, numeric[:64], task, "mean")


def check_suggested(table: Table) -> None:
    suggested = suggested_choice(table)
    assert suggested.targets
    assert not {*suggested.targets} & {*suggested.inputs}
    for sentence in (*remarks(table, suggested), *reading_notes(table)):
        check_sentence(sentence)
    assert len(column_table(table, suggested)) == len(table.names)
    as_csv(table)
    try:
        rows = rows_of(table, suggested)
    except ConfigError as error:
        check_refusal(error, {"data", "target", "features", "task"})
        return
    network = views.of(result_of(table, suggested), 0.0).network
    assert network is not None
    assert len(network) == min(len(rows.X), ROWS_SHOWN)


def check_choice(table: Table, target: int, features: list[int] | None, task: Any, missing: Any) -> None:
    try:
        rows = to_rows(table, target, features, task=task, missing=missing, standardise=True)
    except ConfigError as error:
        check_refusal(error, {"data", "target", "features", "task"})
        return
    for sentence in rows.report:
        check_sentence(sentence)
    data = data_of(rows, test_share=0.25)
    assert np.isfinite(data.X).all()
    assert len(data.X) + len(data.X_test) == len(rows.row_numbers)
    for name in (*rows.inputs, *rows.classes):
        assert typed(name) == name != ""


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    check_anything(content)


@settings(max_examples=200)
@given(st.text(st.characters(), max_size=200))
def test_any_text(content: str) -> None:
    check_anything(content)


@settings(max_examples=200)
@given(st.text("0123456789.,;|\t\n\r \"'-+eEa−%=<$\u00a0\ufeff\x00", max_size=80))
def test_any_text_of_the_characters_of_tables(content: str) -> None:
    check_anything(content)
    check_anything(content.encode("cp1252", "ignore"))
    check_anything(content.encode("utf-16"))


OPENINGS = ["sep=;\n", "# a\n", "#a,b\n", "@relation x\n@attribute a real\n@attribute b real\n@data\n", "2,2,u,v\n"]


@settings(max_examples=300)
@given(st.sampled_from(OPENINGS), st.text("012.,;\t\n\r \"'-#%{uv✓", max_size=60))
def test_any_text_below_an_opening(opening: str, content: str) -> None:
    check_anything(opening + content)


CELL = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["", "NA", "?", "u", "v", "1,5", "1.234,5", "50%", "=1+1", "2024-01-01", "true", "<b>", '"', "a\nb"]
    ),
    st.sampled_from(["0", "1", "2", "0.5", "-1"]),
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Text of a table as a spreadsheet writes it."""
    width, height = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    kinds = [
        draw(st.sampled_from([CELL, st.sampled_from(["0", "1"]), st.floats(-9, 9).map(str)])) for _ in range(width)
    ]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=draw(st.sampled_from(",;\t|")))
    if draw(st.booleans()):
        writer.writerow([f"c{i}" for i in range(width)])
    writer.writerows([[draw(kind) for kind in kinds] for _ in range(height)])
    return file.getvalue()


@settings(max_examples=150)
@given(tables())
def test_any_table(content: str) -> None:
    check_anything(content)


@settings(max_examples=150)
@given(tables(), st.data())
def test_any_table_with_slips_in_it(content: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 0, 1, 3, 20]))
        slip = data.draw(
            st.sampled_from(['"', "\n", ",", ";", "\t", "\x00", "\r", "ä", "\ud800", "inf", "9" * 320, "'", "$", ""])
        )
        content = content[:start] + slip + content[start + length :]
    check_anything(content)
    check_anything(content.encode("utf-8", "surrogatepass"))


@given(tables(), st.integers(0, 300), st.binary(max_size=3))
def test_any_table_with_other_bytes_in_it(content: str, start: int, slip: bytes) -> None:
    for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-8-sig"):
        raw = content.encode(encoding)
        check_anything(raw[:start] + slip + raw[start + len(slip) :])


@given(
    st.lists(st.text(st.characters(), max_size=5), min_size=1, max_size=4),
    st.lists(
        st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)), max_size=4),
        max_size=6,
    ),
)
def test_any_grid(names: list[str], rows: list[list[Any]]) -> None:
    try:
        table = grid(names, rows)
    except ConfigError as error:
        check_sentence(str(error))
        return
    check_choice(table, 0, None, "auto", "drop")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@given(data=st.data())
def test_numbers_written_by_a_spreadsheet_come_back(delimiter: str, data: st.DataObject) -> None:
    shape = data.draw(st.integers(2, 8)), data.draw(st.integers(2, 5))
    value = st.floats(-1e12, 1e12).map(lambda number: round(number, 6))
    rows = [[data.draw(value) for _ in range(shape[1])] for _ in range(shape[0])]
    decimal = "." if delimiter == "," else data.draw(st.sampled_from(".,"))
    header = delimiter.join(f"column {i}" for i in range(shape[1]))
    lines = [delimiter.join(repr(number).replace(".", decimal) for number in row) for row in rows]
    table = read("\r\n".join([header, *lines]).encode())
    assert table.names == tuple(header.split(delimiter))
    ambiguous = decimal == "," and table.decimal == "."
    if not ambiguous:
        assert [[number(cell, table.decimal) for cell in column] for column in table.columns] == np.transpose(
            rows
        ).tolist()
    else:  # all of them look like thousands, such as 1,234
        assert delimiter != ";"
        assert table.numeric.count(True) < shape[1] or all(float(n).is_integer() for row in rows for n in row)
