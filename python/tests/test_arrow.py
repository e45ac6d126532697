"""Arrow arrays in and out."""

import pytest

pa = pytest.importorskip("pyarrow")

LINE = "In keeping with it, the corporate misplaced clients."


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()]
)
def test_every_kind_of_text(model, kind):
    given = pa.array([LINE, None, "", "Café 😀 " + LINE] * 3).cast(kind)
    expected = [model.restore(LINE).text, None, "", model.restore("Café 😀 " + LINE).text] * 3
    got = model.restore_batch(given)
    assert got.type == pa.string()
    got.validate(full=True)
    assert got.to_pylist() == expected
    # A slice begins in the middle of the buffers.
    assert model.restore_batch(given.slice(3, 5)).to_pylist() == expected[3:8]


def test_chunks_and_nothing(model):
    chunked = pa.chunked_array([[LINE, None], [], [LINE]])
    got = model.restore_batch(chunked)
    assert [len(chunk) for chunk in got.chunks] == [2, 0, 1]
    assert got[2].as_py() == model.restore(LINE).text
    assert len(model.restore_batch(pa.array([], pa.string()))) == 0


def test_reasons_and_evidence(model):
    given = pa.array([LINE.encode(), b"caf\xe9 " + LINE.encode(), None])
    restored, evidence, reasons = model.restore_arrow(given, evidence=True, n_best=3)
    best = model.restore(LINE, n_best=3)
    assert restored.to_pylist() == [best.text, None, None]
    assert evidence.to_pylist() == [best.evidence(), None, None]
    assert reasons.to_pylist() == [None, "not valid UTF-8 at byte 4", None]


def test_other_arrays_are_refused(model):
    with pytest.raises(TypeError, match="Int64"):
        model.restore_batch(pa.array([1]))


def test_strings_that_are_not_valid_are_refused(model):
    offsets, data = pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")
    broken = pa.StringArray.from_buffers(1, offsets, data)
    with pytest.raises(pa.ArrowException):
        model.restore_batch(broken)
    # As bytes it is a row like any other that cannot be read.
    assert model.restore_arrow(broken.view(pa.binary()))[2][0].as_py().startswith("not valid")


def test_what_has_the_capsules_will_do(model):
    class Foreign:
        def __arrow_c_array__(self, requested_schema=None):
            return pa.array([LINE]).__arrow_c_array__(requested_schema)

    assert model.restore_batch(Foreign()).to_pylist() == [model.restore(LINE).text]
