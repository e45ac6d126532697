"""A worker that is killed in the middle: `pytest python -m cluster`."""

import pytest

pytest.importorskip("pyspark")
pa = pytest.importorskip("pyarrow")


@pytest.mark.cluster
def test_no_row_is_lost_or_doubled(spun_lines, tmp_path):
    from cluster import run
    from pyarrow import parquet

    rows = 24_000
    texts = [spun_lines[at % len(spun_lines)] for at in range(rows)]
    table = pa.table({"id": range(rows), "text": texts})
    parquet.write_table(table, tmp_path / "in.parquet")
    figures = run(2, tmp_path / "in.parquet", tmp_path / "out", kill=True, partitions=24)
    assert figures["killed"]
    expected = {"rows_in": rows, "rows_out": rows, "distinct_ids": rows, "restored": rows}
    assert {key: figures[key] for key in expected} == expected
    out = parquet.read_table(tmp_path / "out").sort_by("id")
    assert out["text"].to_pylist() == texts
    # Equal texts have equal restorations, wherever they were made.
    assert len(set(out["text_restored"].to_pylist())) <= len(set(texts))
