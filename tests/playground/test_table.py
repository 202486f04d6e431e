"""Own data: what is taken from tables, and how bad ones are refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pages import Page

from sknn_simple.playground.refusal import Refusal
from sknn_simple.playground.table import from_frame, read_csv

GOOD = "a,b,label\n1,2,yes\n3,4,no\n5,6.5,yes\n"

BAD = {
    "nothing": ("", "the file is empty"),
    "empty lines": ("\n\n\n", "the file is empty"),
    "a header without data": ("a,b,label\n", "there are no rows of data"),
    "a single row": ("a,b\n1,2\n", "there is one row of data"),
    "one column": ("a\n1\n2\n", "there is only one column, 'a'"),
    "no header": ("1,2,0\n3,4,1\n", "the first row must name the columns"),
    "text": ("first,last\nAda,King\nAlan,Turing\n", "'Ada'. Add a column of numbers"),
    "prose": (
        "It was a dark and stormy night.\nThe end.\n",
        "there is only one column",
    ),
    "decimal commas": ("a;b\n1,5;0\n2,5;1\n", "decimal point"),
    "a missing value": ("a,b\n1,0\n,1\n2,1\n", "line 3 has no value in column 'a'"),
    "a missing label": ("a,b\n1,0\n2,NA\n", "line 3 has no value in column 'b'"),
    "not a number": ("a,b\n1,0\nnan,1\n", "line 3 has no value in column 'a'"),
    "a short row": ("a,b,c\n1,2,3\n1,2\n", "line 3 has 2 values"),
    "a long row": ("a,b\n1,2,3\n1,2\n", "line 2 has 3 values"),
    "the same name twice": ("a,a\n1,2\n3,4\n", "a name of its own"),
    "a column without name": ("a,,b\n1,2,0\n3,4,1\n", "a name of its own"),
    "infinity": ("a,b\n1,0\ninf,1\n", "numbers must lie between"),
    "huge numbers": ("a,b\n1,0\n1e300,1\n", "numbers must lie between"),
    "a number beyond all": (f"a,b\n1,0\n{'9' * 400},1\n", "numbers must lie between"),
    "one class": ("a,b\n1,x\n2,x\n", "'b' has only one value, and"),
    "a class per row": (
        "a,b\n" + "\n".join(f"{i},name {i}" for i in range(9)),
        "'b' has 9 values, and",
    ),
    "many features": (
        ",".join(f"c{i}" for i in range(18)) + "\n" + 2 * (",".join("1" * 18) + "\n"),
        "17 columns of numbers",
    ),
    "a million rows": ("a,b\n" + "1,2\n" * 1_000_000, "there are 1,000,000 rows"),
    "a large file": ("a,b\n" + "1.25,2\n" * 1_000_000, "the file has 7.0 MB"),
    "an open quote": ('a,b\n1,"2\n' + "3,4\n" * 40_000, "is not CSV"),
    "bytes": ("PK\x03\x04\x00\x00\x08\x00\n\x00\n", "there is only one column"),
}


@pytest.mark.parametrize(("text", "expected"), BAD.values(), ids=BAD)
def test_bad_tables_are_refused_by_name(text, expected):
    page = Page()
    page.run(1)
    error = page.error("csv", name="data.csv", text=text)
    assert error.startswith("data.csv: ")
    assert expected in error
    assert len(error) < 400


def test_columns_by_name():
    table = read_csv("data.csv", GOOD)
    assert table.features == ("a", "b")
    np.testing.assert_array_equal(table.X, [[1, 2], [3, 4], [5, 6.5]])
    assert table.targets("classification").tolist() == ["yes", "no", "yes"]
    assert table.note is None
    table = read_csv("data.csv", GOOD, "b")
    assert table.features == ("a",)
    assert table.targets("regression").tolist() == [2, 4, 6.5]
    assert table.note == "Left out, as they hold text: 'label'."
    assert table.with_target("label").features == ("a", "b")
    with pytest.raises(Refusal, match=r"no column is called 'c'. Columns: 'a', 'b'"):
        read_csv("data.csv", GOOD, "c")
    with pytest.raises(Refusal, match="the target 'label' is text, such as 'yes'"):
        read_csv("data.csv", GOOD).targets("regression")


def test_a_missing_text_that_is_left_out_is_no_mistake():
    text = "cabin,age,survived\nC85,22,0\n,38,1\nNA,26,1\n"
    table = read_csv("data.csv", text)
    assert table.X.tolist() == [[22], [38], [26]]
    assert table.note == "Left out, as they hold text: 'cabin'."
    with pytest.raises(Refusal, match="line 3 has no value in column 'cabin'"):
        table.with_target("cabin")
    frame = pd.DataFrame({"cabin": ["C85", None], "age": [22, 38], "y": [0, 1]})
    assert from_frame(frame).features == ("age",)
    with pytest.raises(Refusal, match="row 1 has no value in column 'cabin'"):
        from_frame(frame, "cabin")


def test_a_column_with_decimal_commas_is_named():
    table = read_csv("data.csv", "a;b;c;d\n4,1;5;u;x\n-3;6;v;y\n,5;7;w;x\n")
    assert table.features == ("b",)
    assert table.note == (
        "Left out, as their numbers have decimal commas: 'a'. Write decimal points. "
        "Left out, as they hold text: 'c'."
    )


def test_an_empty_name_is_no_target():
    with pytest.raises(Refusal, match="no column is called ''"):
        read_csv("data.csv", GOOD, "")
    with pytest.raises(Refusal, match="no column is called ''"):
        from_frame(pd.DataFrame({"a": [1.0, 2.0], "b": [0, 1]}), "")


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\n\n"),
        "\ufeff" + GOOD,
        GOOD.replace("label", '"label"').replace("yes", '"yes"'),
        GOOD.replace(",", " , "),
    ],
)
def test_dialects(text):
    table, same = read_csv("data.csv", text), read_csv("data.csv", GOOD)
    np.testing.assert_array_equal(table.X, same.X)
    assert table.y.tolist() == same.y.tolist()
    assert table.features == same.features


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b", "a"], "classification"),
        ([0, 1, 2], "classification"),
        ([0.5, 1.5, 2.5], "regression"),
        (list(range(20)), "regression"),
    ],
)
def test_the_task_that_the_targets_suggest(values, task):
    text = "x,y\n" + "\n".join(f"{i},{value}" for i, value in enumerate(values))
    assert read_csv("data.csv", text).natural_task == task


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_data_frames(kind):
    frame = kind(
        {
            "whole": [1, 2, 3],
            "real": [0.5, 1.5, 2.5],
            "flag": [True, False, True],
            "name": ["a", "b", "a"],
        }
    )
    table = from_frame(frame)
    assert table.features == ("whole", "real", "flag")
    assert table.X.tolist() == [[1, 0.5, 1], [2, 1.5, 0], [3, 2.5, 1]]
    assert table.y.tolist() == ["a", "b", "a"]
    assert from_frame(frame, "flag").targets("classification").tolist() == [1, 0, 1]


def test_bad_data_frames_are_refused():
    frame = pd.DataFrame({"a": [1.0, np.nan, 2.0], "b": [0, 1, 0]})
    with pytest.raises(Refusal, match="row 1 has no value in column 'a'"):
        from_frame(frame)
    missing = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": ["x", "y"]})
    with pytest.raises(Refusal, match="row 1 has no value in column 'a'"):
        from_frame(missing)
    with pytest.raises(Refusal, match="no column is called 'c'"):
        from_frame(frame.dropna(), "c")
    with pytest.raises(Refusal, match="names that are text"):
        from_frame(pd.DataFrame([[1, 2], [3, 4]]))
    with pytest.raises(Refusal, match="only one column"):
        from_frame(frame[["b"]])
    dates = pd.DataFrame(
        {"a": pd.to_datetime(["2020-01-01", "2020-01-02"]), "b": [0, 1]}
    )
    with pytest.raises(Refusal, match="no column but the target 'b' holds numbers"):
        from_frame(dates)
