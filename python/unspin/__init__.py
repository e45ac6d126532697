"""unspin restores the original wording of machine-spun English.

>>> import unspin
>>> model = unspin.Model.default()
>>> restored = model.restore("In keeping with The New York Instances, costs fell.")
>>> restored.text
'According to The New York Times, prices fell.'
>>> edit = restored.edits[0]
>>> restored.spun[edit.start : edit.end], edit.original
('In keeping with', 'According to')

Offsets count characters. `Model.restore_batch` takes and gives lists or Arrow arrays,
`unspin.train` makes a model of your own, and `unspin.evaluate` says how good one is.
`unspin.datasets`, `unspin.pandas` and `unspin.spark` fit it to these tools.
"""

from . import _unspin
from ._model import Model
from ._unspin import Alternative, Edit, KnownOriginal, KnownPhrase, Restoration, Restored
from .errors import ConfigError, DataError, FileError, ModelError, UnspinError
from .evaluation import Report, evaluate
from .training import train

__version__ = _unspin.__version__

__all__ = [
    "Alternative",
    "ConfigError",
    "DataError",
    "Edit",
    "FileError",
    "KnownOriginal",
    "KnownPhrase",
    "Model",
    "ModelError",
    "Report",
    "Restoration",
    "Restored",
    "UnspinError",
    "evaluate",
    "train",
]
