"""The forward pass of a Hugging Face ViT in PyTorch, as `fovea bench predict --precision both` measures it.

    python predict.py vit-tiny-patch16-224 --batch 8 --steps 10 --threads 2

Prints one JSON object: images per second in fp32, and in int8 with the blocks' linear layers quantised by torch.ao's
dynamic quantisation with one scale per channel. The two alternate. Weights are random: only the time matters.
"""

import argparse
import json
import time
import warnings

import torch
from torch.ao.quantization import per_channel_dynamic_qconfig, quantize_dynamic
from transformers import ViTConfig, ViTForImageClassification

from train_step import SIZES


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("backbone", choices=SIZES)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.threads > 0:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    size = SIZES[arguments.backbone]
    config = ViTConfig(**size, intermediate_size=4 * size["hidden_size"], num_labels=3)
    fp32 = ViTForImageClassification(config).eval()
    linear = {
        name: per_channel_dynamic_qconfig
        for name, module in fp32.named_modules()
        if isinstance(module, torch.nn.Linear) and name != "classifier"
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        int8 = quantize_dynamic(fp32, linear, dtype=torch.qint8)
    pixels = torch.randn(arguments.batch, 3, config.image_size, config.image_size)
    models = {"fp32": fp32, "int8": int8}
    times = {name: [] for name in models}
    with torch.inference_mode():
        for step in range(arguments.steps + 2):
            for name, model in models.items():
                start = time.perf_counter()
                model(pixel_values=pixels)
                # The first two steps are warm-up.
                if step >= 2:
                    times[name].append(time.perf_counter() - start)
    median = {name: sorted(values)[len(values) // 2] for name, values in times.items()}
    print(
        json.dumps(
            {
                **{name: arguments.batch / value for name, value in median.items()},
                "torch": torch.__version__,
                "threads": torch.get_num_threads(),
                "engine": torch.backends.quantized.engine,
            }
        )
    )


if __name__ == "__main__":
    main()
