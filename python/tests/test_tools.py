"""Hugging Face datasets and pandas."""

import pytest

LINES = ["In keeping with it, yes.", None, "The corporate is in opposition to it."]


def test_datasets(model):
    datasets = pytest.importorskip("datasets")
    import unspin.datasets

    expected = [None if line is None else model.restore(line).text for line in LINES] * 4
    pages = datasets.Dataset.from_dict({"body": LINES * 4, "id": list(range(12))})
    restorer = unspin.datasets.restorer("body", "restored", threads=1)
    for processes in [None, 2]:
        restored = pages.map(restorer, batched=True, batch_size=5, num_proc=processes)
        assert restored["restored"][:] == expected
        assert restored["id"][:] == list(range(12))


def test_pandas(model):
    pandas = pytest.importorskip("pandas")
    import unspin.pandas

    pages = pandas.Series(LINES, index=[5, 3, 4], name="body")
    restored = pages.unspin.restore(threads=1)
    assert restored.name == "body" and list(restored.index) == [5, 3, 4]
    assert restored[5] == model.restore(LINES[0]).text and pandas.isna(restored[3])
    assert unspin.pandas.restore(pages, model=model).equals(restored)
