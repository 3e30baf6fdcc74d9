"""One training step of a Hugging Face ViT in PyTorch, as `fovea bench train` measures it: forward, backward, AdamW.

    python train_step.py vit-tiny-patch16-224 --batch 8 --steps 12 --threads 2

Prints one JSON object. Weights are random: only the time matters.
"""

import argparse
import json
import time

import torch
from transformers import ViTConfig, ViTForImageClassification

SIZES = {
    "vit-micro": dict(hidden_size=96, num_hidden_layers=6, num_attention_heads=3, image_size=96, patch_size=12),
    "vit-tiny-patch16-224": dict(hidden_size=192, num_hidden_layers=12, num_attention_heads=3),
    "vit-small-patch16-224": dict(hidden_size=384, num_hidden_layers=12, num_attention_heads=6),
    "vit-base-patch16-224": dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12),
    "vit-large-patch16-224": dict(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("backbone", choices=SIZES)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.threads > 0:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    size = SIZES[arguments.backbone]
    config = ViTConfig(**size, intermediate_size=4 * size["hidden_size"], num_labels=3)
    model = ViTForImageClassification(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)
    pixels = torch.randn(arguments.batch, 3, config.image_size, config.image_size)
    labels = torch.arange(arguments.batch) % 3

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        model(pixel_values=pixels, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    for _ in range(2):
        step()
    times = []
    for _ in range(arguments.steps):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    median = sorted(times)[len(times) // 2]
    print(
        json.dumps(
            {
                "imagesPerSecond": arguments.batch / median,
                "torch": torch.__version__,
                "threads": torch.get_num_threads(),
                "attention": model.config._attn_implementation,
            }
        )
    )


if __name__ == "__main__":
    main()
