"""What can go wrong, by kind; every message says where, what, and what to do.

>>> import unspin
>>> try:
...     unspin.Model.from_bytes(b"no model")
... except unspin.ModelError as error:
...     isinstance(error, ValueError)
True
"""

__all__ = ["ConfigError", "DataError", "FileError", "ModelError", "UnspinError"]


class UnspinError(Exception):
    """Any error of unspin, but for a file that is not there: that is FileNotFoundError."""


class FileError(UnspinError, OSError):
    """The operating system refused to read or write a file."""


class DataError(UnspinError, ValueError):
    """A file of pairs or text holds what its format does not allow."""


class ModelError(UnspinError, ValueError):
    """A model file is damaged, or not what this version reads."""


class ConfigError(UnspinError, ValueError):
    """Settings or inputs that cannot be worked with."""
