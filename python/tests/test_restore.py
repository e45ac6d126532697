"""Restoring strings: results, offsets, settings, errors."""

import pickle

import pytest

import unspin


def applied(restored):
    """The spun text with the edits made, by the offsets."""
    text, at = "", 0
    for edit in restored.edits:
        assert restored.spun[edit.start : edit.end] == edit.spun
        text += restored.spun[at : edit.start] + edit.original
        at = edit.end
    return text + restored.spun[at:]


def test_offsets_count_characters(model, spun_lines):
    edits = 0
    for line in spun_lines:
        restored = model.restore(line)
        assert applied(restored) == restored.text
        edits += len(restored.edits)
    assert edits > 50
    whole = model.restore("\n".join(spun_lines) + "\r\n\n")
    assert applied(whole) == whole.text


def test_n_best(model):
    restored = model.restore("The corporate is in opposition to it.", n_best=5)
    texts = [guess.text for guess in restored.restorations]
    assert texts[0] == restored.text == str(restored)
    assert len(set(texts)) == 5
    likely = [guess.probability for guess in restored.restorations]
    assert likely == sorted(likely, reverse=True) and 0 < sum(likely) <= 1 + 1e-9
    assert restored.probability == likely[0]
    assert restored.score == restored.restorations[0].score
    edit = restored.edits[0]
    assert (edit.spun, edit.original) == ("corporate", "company")
    others = sum(alternative.probability for alternative in edit.alternatives)
    assert 0 < edit.probability + others <= 1 + 1e-9
    assert "corporate" in repr(edit) and "probability" in repr(restored)


def test_confidence(model):
    line = "In keeping with it, the corporate misplaced clients."
    sure = model.restore(line, min_confidence=0.999)
    assert len(sure.edits) < len(model.restore(line).edits)


@pytest.mark.parametrize("text", ["", "\n", "  \n\n\t", "zzqx qqzv", "a\0b", "\ud7ff\U0010ffff"])
def test_odd_texts_stay(model, text):
    restored = model.restore(text)
    assert restored.text == restored.spun == text and restored.edits == []


def test_batches_are_lists_of_the_same(model, spun_lines):
    given = [*spun_lines, None, "", *spun_lines]
    one_by_one = [None if text is None else model.restore(text) for text in given]
    for threads in [1, 2, None]:
        assert model.restore_batch(iter(given), threads=threads) == one_by_one
    assert model.restore_batch([]) == []


def test_errors_by_kind(model, tmp_path):
    with pytest.raises(unspin.ConfigError, match="n_best"):
        model.restore("x", n_best=1001)
    with pytest.raises(unspin.ConfigError, match="at least 1"):
        model.restore("x", n_best=0)
    with pytest.raises(unspin.ConfigError, match="min_confidence"):
        model.restore_batch(["x"], min_confidence=2.0)
    with pytest.raises(unspin.ConfigError, match="threads"):
        model.restore_batch(["x"], threads=0)
    with pytest.raises(TypeError, match="restore takes one"):
        model.restore_batch("x")
    with pytest.raises(TypeError):
        model.restore_batch(["x", 3])
    with pytest.raises(ZeroDivisionError):
        model.restore_batch(1 / 0 for _ in "x")
    with pytest.raises(FileNotFoundError):
        unspin.Model.load(tmp_path / "none")
    with pytest.raises(unspin.FileError):
        unspin.Model.load(tmp_path)
    with pytest.raises(TypeError, match="Model.default"):
        unspin.Model(None)
    for kind in [unspin.ConfigError, unspin.DataError, unspin.ModelError, unspin.FileError]:
        assert issubclass(kind, unspin.UnspinError)


def test_files(model, tmp_path):
    path = tmp_path / "model.unspin"
    model.save(path)
    unspin.Model.verify(path)
    line = "In keeping with it, the corporate misplaced clients."
    data = path.read_bytes()
    assert model.to_bytes() == data
    for other in [unspin.Model.load(path), unspin.Model.from_bytes(data)]:
        for copy in [other, pickle.loads(pickle.dumps(other))]:
            assert copy.restore(line) == model.restore(line)
    assert len(pickle.dumps(model)) < 200
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(unspin.ModelError, match="checksum"):
        unspin.Model.verify(path)


def test_lookup(model):
    known = model.lookup("In Keeping With")
    assert known.candidates[0].original == "according to"
    assert 0 < known.candidates[0].restore <= 1 and 0 <= known.left_alone <= 1
    assert model.lookup("zzqx qqzv") is None
