"""Where the folders that lie beside the package are found."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return a folder that the wheel carries inside the package, or that a checkout keeps beside it."""
    packaged = PACKAGE / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name
