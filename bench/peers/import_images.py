"""Fovea's import of a folder of images, done by pydicom and Pillow.

    python import_images.py FOLDER [--processes 2]

Reads, hashes with SHA-256, decodes, windows to 8 bit, resizes the short side to 512 (bilinear with antialias, as Fovea
does), makes a JPEG thumbnail of 192 on the long side, and writes both to a temporary folder. Prints one JSON object with
images and megabytes per second.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import PIL
import pydicom
from PIL import Image
from pydicom.pixels import apply_modality_lut, apply_voi_lut

SHORT_SIDE = 512
THUMBNAIL = 192


def pixels_of(path: Path, data: bytes) -> Image.Image:
    if data[128:132] != b"DICM":
        image = Image.open(path)
        # Three equal channels are grey, as in Fovea.
        array = np.asarray(image.convert("RGB"))
        if (array[..., 0] == array[..., 1]).all() and (array[..., 0] == array[..., 2]).all():
            return Image.fromarray(array[..., 0])
        return Image.fromarray(array)
    dataset = pydicom.dcmread(path)
    values = dataset.pixel_array
    if values.ndim == 3 and values.shape[-1] == 3:
        return Image.fromarray(values.astype(np.uint8))
    values = apply_voi_lut(apply_modality_lut(values, dataset), dataset).astype(np.float64)
    if "WindowWidth" not in dataset:
        low, high = values.min(), values.max()
    else:
        bits = dataset.BitsStored
        low, high = (0, 2**bits - 1) if values.min() >= 0 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    scaled = np.clip((values - low) / max(high - low, 1) * 255, 0, 255).round().astype(np.uint8)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        scaled = 255 - scaled
    return Image.fromarray(scaled)


def import_one(arguments: tuple[Path, str]) -> int:
    path, out = arguments
    data = path.read_bytes()
    name = hashlib.sha256(data).hexdigest()
    image = pixels_of(path, data)
    scale = min(1, SHORT_SIDE / min(image.size))
    raster = image.resize([max(1, round(side * scale)) for side in image.size], Image.BILINEAR) if scale < 1 else image
    with open(os.path.join(out, name + ".raster"), "wb") as file:
        file.write(raster.tobytes())
        file.flush()
        os.fsync(file.fileno())
    small = raster.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.BILINEAR)
    with open(os.path.join(out, name + ".jpg"), "wb") as file:
        small.save(file, "JPEG", quality=80)
        file.flush()
        os.fsync(file.fileno())
    return len(data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    endings = {".dcm", ".png", ".jpg", ".jpeg"}
    files = sorted(path for path in arguments.folder.rglob("*") if path.suffix.lower() in endings)
    with tempfile.TemporaryDirectory() as out, multiprocessing.Pool(arguments.processes) as pool:
        # The processes start before the clock, as in Fovea.
        pool.map(abs, range(64), chunksize=1)
        start = time.perf_counter()
        sizes = pool.map(import_one, [(path, out) for path in files], chunksize=4)
        seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "images": len(files),
                "seconds": seconds,
                "imagesPerSecond": len(files) / seconds,
                "megabytesPerSecond": sum(sizes) / 1e6 / seconds,
                "pydicom": pydicom.__version__,
                "pillow": PIL.__version__,
                "processes": arguments.processes,
            }
        )
    )


if __name__ == "__main__":
    main()
