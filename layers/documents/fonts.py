"""`python fonts.py FOLDER`: put the fonts of fonts.sha256 into a folder, checked by their hash."""

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PACKAGES = _HERE.parents[1] / "node_modules"


def fonts() -> Iterator[tuple[str, Path]]:
    """Hash and place of each font."""
    for line in (_HERE / "fonts.sha256").read_text().splitlines():
        sha256, _, name = line.partition("  ")
        yield sha256, _PACKAGES / name


def main(folder: Path) -> None:
    folder.mkdir(parents=True)
    for sha256, font in fonts():
        if not font.exists():
            sys.exit(f"{font} is missing: run `npm ci`.")
        if hashlib.sha256(font.read_bytes()).hexdigest() != sha256:
            sys.exit(f"{font} is not the font of fonts.sha256.")
        shutil.copyfile(font, folder / font.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
