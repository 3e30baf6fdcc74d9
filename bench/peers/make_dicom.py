"""Makes a folder of many small DICOM files in mixed transfer syntaxes, for `npm run bench:peers -- import`.

    python make_dicom.py SOURCE OUT [--count 5000]

Copies the DICOM files of SOURCE in turn, with their encoded pixels and transfer syntax, until there are `count`. Each
copy has an instance UID of its own, so that no two files are equal; a UID depends only on the number of the copy.
"""

import argparse
from pathlib import Path

import pydicom

ROOT = "1.2.826.0.1.3680043.8.498."


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    arguments = parser.parse_args()
    files = sorted(path for path in arguments.source.rglob("*") if path.suffix.lower() == ".dcm")
    if not files:
        parser.error(f"there is no .dcm file in {arguments.source}")
    sets = [pydicom.dcmread(path) for path in files]
    for number in range(arguments.count):
        index = number % len(sets)
        copy = sets[index]
        copy.SOPInstanceUID = copy.file_meta.MediaStorageSOPInstanceUID = f"{ROOT}{number + 1}"
        folder = arguments.out / files[index].parent.name
        folder.mkdir(parents=True, exist_ok=True)
        copy.save_as(folder / f"IM{number + 1:05d}.dcm")


if __name__ == "__main__":
    main()
