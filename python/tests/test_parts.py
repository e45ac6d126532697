"""Training in parts, without a cluster: the same counts, added up."""

import pytest

import unspin
from unspin import _unspin

pa = pytest.importorskip("pyarrow")


class Dealt:
    """Columns dealt out to parts; remembers the questions."""

    def __init__(self, parts, *columns):
        self.parts = [[pa.array(column[part::parts]) for column in columns] for part in range(parts)]
        self.asked = 0

    def __call__(self, question):
        self.asked += 1
        for part in reversed(self.parts):
            counter = _unspin.PartCounter(question)
            # As two batches of a task.
            for columns in [[c[:100] for c in part], [c[100:] for c in part]]:
                counter.add(*columns)
            yield counter.finish()


@pytest.fixture(scope="module")
def rows(sample):
    lines = (sample / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[:2] for line in lines]


def train(parts, text, base=None):
    inner, told = _unspin._train([], [] if base else [text], [], None, None, base, None, parts)
    assert told == []
    return unspin.Model(inner)


def same(here, there):
    """The candidates of two models for a phrase; how many there are."""
    assert (here is None) == (there is None)
    if here is None:
        return 0
    assert abs(here.left_alone - there.left_alone) < 1e-9
    for a, b in zip(here.candidates, there.candidates, strict=True):
        assert (a.original, a.seen_in) == (b.original, b.seen_in)
        assert abs(a.restore - b.restore) < 1e-9 and abs(a.spin - b.spin) < 1e-9
    return len(here.candidates)


@pytest.mark.parametrize("parts", [1, 4])
def test_parts_give_what_the_whole_gives(parts, rows, sample):
    whole = unspin.train(sample / "pairs.tsv", sample / "text.txt")
    originals, spun = zip(*rows)
    dealt = Dealt(parts, [*originals, None, "x"], [*spun, "x", ""])
    model = train(dealt, sample / "text.txt")
    # Words, gaps, two passes, substitutions, places.
    assert dealt.asked == 6
    words = {word for line in spun for word in line.split()}
    phrases = words | {f"{a} {b}" for line in spun for a, b in zip(line.split(), line.split()[1:])}
    assert sum(same(whole.lookup(p), model.lookup(p)) for p in phrases) > 500
    assert whole.restore_batch(spun) == model.restore_batch(spun)
    sources = [source for source in model.metadata["sources"] if source["kind"] == "pairs"]
    assert [(source["name"], source["rows"]) for source in sources] == [("parts 1", len(rows))]


def test_language_models(sample, program, tmp_path):
    text = sample / "text.txt"
    program("lm", "build", "--order", 4, "--text", text, "--output", tmp_path / "whole")
    lines = text.read_text(encoding="utf-8").splitlines()
    _unspin._language_model(Dealt(5, lines), 4, [0], tmp_path / "parts")
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()


def test_errors(sample, model):
    def broken(question):
        raise ZeroDivisionError("a part is gone")

    with pytest.raises(ZeroDivisionError, match="gone"):
        train(broken, None, model._inner)
    with pytest.raises(TypeError, match="int64"):
        train(lambda question: [(pa.array([b"x"]), pa.array(["y"]))], None, model._inner)
    with pytest.raises(unspin.ConfigError, match="something else"):
        train(lambda question: [(pa.array([b"\xff"]), pa.array([1]))], None, model._inner)
    with pytest.raises(unspin.UnspinError):
        _unspin.PartCounter(b"no question")
    questions = []

    def listening(question):
        questions.append(question)
        counter = _unspin.PartCounter(question)
        counter.add(pa.array(["The clients left."]), pa.array(["The prospects left."]))
        return [counter.finish()]

    train(listening, None, model._inner)
    counter = _unspin.PartCounter(questions[1])
    with pytest.raises(unspin.ConfigError, match="must not change"):
        counter.add(pa.array(["Zzqx."]), pa.array(["Qqzv."]))
    counter.finish()
    with pytest.raises(RuntimeError, match="has given its answer"):
        counter.finish()
