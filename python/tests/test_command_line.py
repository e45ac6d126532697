"""The same bytes as the command line."""

import json

import pytest

import unspin


def test_a_file_of_text(model, program, sample):
    path = sample / "article.txt"
    text = path.read_bytes().decode()
    assert model.restore(text).text.encode() == program("decode", path)
    assert model.restore(text, min_confidence=0.8).text.encode() == program(
        "decode", "--min-confidence", 0.8, path
    )


def test_evidence(model, program, spun_lines):
    given = "".join(f"{line}\n" for line in spun_lines).encode()
    lines = program("decode", "--evidence", "--each-line", "--nbest", 5, input=given)
    restored = model.restore_batch(spun_lines, n_best=5)
    assert "".join(one.evidence() + "\n" for one in restored).encode() == lines


def test_records(model, program, spun_lines, tmp_path):
    texts = ["\n".join(spun_lines[at : at + 3]) for at in range(0, len(spun_lines), 3)] + [""]
    rows = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    lines = program("decode", "--format", "jsonl", input=rows.encode()).decode().splitlines()
    expected = [json.loads(line)["text"] for line in lines]
    assert [one.text for one in model.restore_batch(texts)] == expected


def test_a_column(model, program, spun_lines, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pa.table({"text": [*spun_lines, None, ""], "id": range(len(spun_lines) + 2)})
    parquet.write_table(table, tmp_path / "in.parquet")
    program("decode", tmp_path / "in.parquet", "--output", tmp_path / "out.parquet")
    restored = parquet.read_table(tmp_path / "out.parquet")
    assert model.restore_batch(table["text"]).to_pylist() == restored["text"].to_pylist()


def test_training_and_evaluation(program, sample, tmp_path):
    pairs, text, dev = (sample / name for name in ["pairs.tsv", "text.txt", "dev.tsv"])
    path = tmp_path / "cli.unspin"
    program("train", "--pairs", pairs, "--text", text, "--dev", dev, "--output", path)
    trained = unspin.train(pairs, [text], dev=dev)
    assert trained.to_bytes() == path.read_bytes()
    held_out, clean = sample / "test.tsv", sample / "clean.txt"
    arguments = ["--model", path, "--pairs", held_out, "--clean", clean, "--bootstrap", 50]
    report = unspin.evaluate(trained, held_out, clean=clean, bootstrap=50)
    assert report == json.loads(program("evaluate", *arguments, "--format", "json"))
    assert str(report).encode() == program("evaluate", *arguments)


def test_rows_that_cannot_be_read_are_warnings(model, tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("one column\nHe is against it.\tHe is in opposition to it.\n")
    with pytest.warns(UserWarning, match="pairs.tsv:1: expected original"):
        unspin.evaluate(model, pairs, bootstrap=0)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("strict = true\n")
    with pytest.raises(unspin.DataError, match="pairs.tsv:1"):
        unspin.train(pairs, base=model, recipe=recipe)
    recipe.write_text("strikt = true\n")
    with pytest.raises(unspin.ConfigError, match="line 1"):
        unspin.train(pairs, base=model, recipe=recipe)
