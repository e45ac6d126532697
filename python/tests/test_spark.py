"""Spark on this machine: rows, reasons, and training that equals that of one machine."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("pyspark")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("no Java, which Spark needs", allow_module_level=True)
pa = pytest.importorskip("pyarrow")

import unspin

LINE = "In keeping with it, the corporate misplaced clients."


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    # Workers have what this interpreter has.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "1g")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.executorEnv.PYSPARK_PYTHON", sys.executable)
        .config("spark.pyspark.python", sys.executable)
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def trained(sample):
    return unspin.train(sample / "pairs.tsv", sample / "text.txt")


def test_columns_stay_and_reasons_are_told(spark, model):
    import unspin.spark

    rows = [(number, LINE.encode(), "kept") for number in range(50)]
    rows += [(50, b"caf\xe9", "kept"), (51, None, "kept")]
    pages = spark.createDataFrame(rows, "id int, body binary, other string").repartition(3)
    restored = unspin.spark.restore(pages, "body", evidence="evidence")
    assert restored.columns == ["id", "body", "other", "body_restored", "evidence", "rejected"]
    got = {row["id"]: row for row in restored.collect()}
    assert sorted(got) == list(range(52)) and {row["other"] for row in got.values()} == {"kept"}
    best = model.restore(LINE)
    assert {got[number]["body_restored"] for number in range(50)} == {best.text}
    assert got[0]["evidence"] == best.evidence() and got[0]["rejected"] is None
    assert (got[50]["body_restored"], got[50]["rejected"]) == (None, "not valid UTF-8 at byte 4")
    assert (got[51]["body_restored"], got[51]["rejected"]) == (None, None)
    with pytest.raises(ValueError, match="name others"):
        unspin.spark.restore(pages, "body", "other")


def test_a_model_is_sent_along(spark, trained, tmp_path):
    import unspin.spark

    path = tmp_path / "own.unspin"
    trained.save(path)
    pages = spark.createDataFrame([(LINE,)], "text string")
    for ship in [True, False]:
        restored = unspin.spark.restore(pages, model=str(path), ship=ship)
        assert restored.collect()[0]["text_restored"] == trained.restore(LINE).text


def test_training_in_parts_is_training_in_one(spark, sample, trained):
    import unspin.spark

    rows = (sample / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    rows = [tuple(row.split("\t")[:2]) for row in rows]
    pairs = spark.createDataFrame([*rows, (None, "x"), ("x", "")], "original string, spun string")
    apart = unspin.spark.train(pairs.repartition(5), text=sample / "text.txt")
    ours, theirs = apart.metadata, trained.metadata
    assert ours["weights"] == theirs["weights"]
    compared = 0
    for row in rows:
        for word in row[1].split():
            here, there = trained.lookup(word), apart.lookup(word)
            assert (here is None) == (there is None)
            for a, b in zip(here.candidates if here else [], there.candidates if there else []):
                assert (a.original, a.seen_in) == (b.original, b.seen_in)
                assert abs(a.restore - b.restore) < 1e-9 and abs(a.spin - b.spin) < 1e-9
                compared += 1
    assert compared > 500
    lines = [row[1] for row in rows]
    assert apart.restore_batch(lines) == trained.restore_batch(lines)


def test_what_a_part_raises_is_raised(spark):
    import unspin.spark

    numbers = spark.createDataFrame([(1, 2)], "original int, spun string")
    with pytest.raises(Exception, match="(?i)cast|binary"):
        unspin.spark.train(numbers.selectExpr("array(original) as original", "spun"))


def test_the_job(sample, tmp_path):
    from pyarrow import parquet

    lines = (sample / "article.txt").read_text(encoding="utf-8").splitlines()
    parquet.write_table(pa.table({"text": lines}), tmp_path / "in.parquet")
    command = [sys.executable, "-m", "unspin.spark", "--input", str(tmp_path / "in.parquet")]
    command += ["--output", str(tmp_path / "out.parquet"), "--partitions", "2"]
    environment = {"PYSPARK_SUBMIT_ARGS": "--master local[2] pyspark-shell"}
    done = subprocess.run(
        command, env={**os.environ, **environment, "PYSPARK_PYTHON": sys.executable},
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f'"rows": {len(lines)}, "rejected": 0' in done.stderr
    out = parquet.read_table(pathlib.Path(tmp_path / "out.parquet"))
    assert sorted(out["text"].to_pylist()) == sorted(lines)
    expected = unspin.Model.default().restore_batch(out["text"]).to_pylist()
    assert out["text_restored"].to_pylist() == expected
