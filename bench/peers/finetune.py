"""Fine-tunes a Hugging Face checkpoint with transformers' Trainer, and fits scikit-learn's logistic regression to its
frozen features, on the images and the split of a Fovea run.

    python finetune.py MANIFEST BACKBONE OUT --epochs 10 --learning-rate 2e-5

MANIFEST: JSON with `classes` and `images` (`path`, `label`, `part`). Recipe: all layers, AdamW, weight decay 0.01,
cosine schedule with 10 % warm-up, batches of 10 with two accumulated, the augmentation of torchvision that Fovea's
defaults follow, the epoch with the best validation accuracy. OUT: JSON with probabilities of the test images, times and
the curve.
"""

import argparse
import json
import math
import resource
import time

import numpy as np
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torchvision import transforms
from transformers import AutoImageProcessor, AutoModelForImageClassification, Trainer, TrainerCallback, TrainingArguments

PENALTIES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1]


class Images(torch.utils.data.Dataset):
    def __init__(self, entries, transform):
        self.entries, self.transform = entries, transform

    def __len__(self):
        return len(self.entries)

    def __getitem__(self, index):
        entry = self.entries[index]
        with Image.open(entry["path"]) as image:
            return {"pixel_values": self.transform(image.convert("RGB")), "labels": entry["label"]}


class StepTimes(TrainerCallback):
    """Seconds of each optimizer step, and the validation metrics after each epoch."""

    def __init__(self):
        self.seconds, self.curve, self.began = [], [], None

    def on_step_begin(self, *_, **__):
        self.began = time.perf_counter()

    def on_step_end(self, *_, **__):
        self.seconds.append(time.perf_counter() - self.began)

    def on_evaluate(self, _, state, __, metrics=None, **___):
        self.curve.append({"epoch": state.epoch, **{key: value for key, value in metrics.items() if "_" in key}})


def metrics_of(prediction):
    probabilities = torch.softmax(torch.tensor(prediction.predictions), -1).numpy()
    truth = prediction.label_ids
    return {
        "accuracy": accuracy_score(truth, probabilities.argmax(1)),
        "macroF1": f1_score(truth, probabilities.argmax(1), average="macro"),
        "auc": roc_auc_score(truth, probabilities, multi_class="ovr"),
    }


def train(parts, arguments, classes, processor):
    size = processor.crop_size if getattr(processor, "do_center_crop", False) else processor.size
    side = size["height"]
    evaluation = lambda image: processor(image, return_tensors="pt")["pixel_values"][0]
    augmented = transforms.Compose(
        [
            transforms.RandomResizedCrop(side, scale=(0.8, 1.0)),
            transforms.RandomHorizontalFlip(),
            transforms.RandomRotation(10),
            transforms.ColorJitter(0.2, 0.2, 0.2, 0.1),
            transforms.ToTensor(),
            transforms.Normalize(processor.image_mean, processor.image_std),
        ]
    )
    model = AutoModelForImageClassification.from_pretrained(
        arguments.backbone, num_labels=len(classes), ignore_mismatched_sizes=True
    )
    steps = arguments.epochs * math.ceil(math.ceil(len(parts["train"]) / 10) / 2)
    times = StepTimes()
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=arguments.work,
            num_train_epochs=arguments.epochs,
            learning_rate=arguments.learning_rate,
            per_device_train_batch_size=10,
            per_device_eval_batch_size=4,
            gradient_accumulation_steps=2,
            weight_decay=0.01,
            warmup_steps=math.ceil(0.1 * steps),
            lr_scheduler_type="cosine",
            eval_strategy="epoch",
            save_strategy="epoch",
            save_total_limit=1,
            load_best_model_at_end=True,
            metric_for_best_model="accuracy",
            seed=arguments.seed,
            use_cpu=not torch.cuda.is_available(),
            report_to=[],
            logging_steps=10,
            disable_tqdm=True,
        ),
        train_dataset=Images(parts["train"], augmented),
        eval_dataset=Images(parts["validation"], evaluation),
        compute_metrics=metrics_of,
        callbacks=[times],
    )
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    logits = trainer.predict(Images(parts["test"], evaluation)).predictions
    return {
        "probabilities": torch.softmax(torch.tensor(logits), -1).tolist(),
        "seconds": seconds,
        "predictionSeconds": time.perf_counter() - began,
        "secondsPerStep": float(np.median(times.seconds)),
        "steps": len(times.seconds),
        "curve": times.curve,
    }


def fit(parts, arguments, processor):
    """Logistic regression on the classifier's input, its penalty chosen on the training images."""
    model = AutoModelForImageClassification.from_pretrained(arguments.backbone).eval()
    features = []
    model.classifier.register_forward_pre_hook(lambda _, inputs: features.append(inputs[0].numpy()))
    began = time.perf_counter()
    rows = {}
    with torch.inference_mode():
        for part in ("train", "validation", "test"):
            features.clear()
            for start in range(0, len(parts[part]), 8):
                images = [Image.open(entry["path"]).convert("RGB") for entry in parts[part][start : start + 8]]
                model(processor(images, return_tensors="pt")["pixel_values"])
            rows[part] = np.concatenate(features)
    truth = [entry["label"] for entry in parts["train"]]
    search = GridSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
        {"logisticregression__C": PENALTIES},
        scoring="neg_log_loss",
    ).fit(rows["train"], truth)
    return {
        "probabilities": search.predict_proba(rows["test"]).tolist(),
        "penalty": search.best_params_["logisticregression__C"],
        "seconds": time.perf_counter() - began,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("manifest")
    parser.add_argument("backbone")
    parser.add_argument("out")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--learning-rate", type=float, default=2e-5)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--work", default="trainer")
    arguments = parser.parse_args()
    with open(arguments.manifest, encoding="utf8") as file:
        manifest = json.load(file)
    parts = {
        part: [entry for entry in manifest["images"] if entry["part"] == part]
        for part in ("train", "validation", "test")
    }
    processor = AutoImageProcessor.from_pretrained(arguments.backbone)
    result = {"sklearn": fit(parts, arguments, processor)}
    result["sklearn"]["peakMemoryMB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if arguments.epochs > 0:
        result["trainer"] = train(parts, arguments, manifest["classes"], processor)
        result["trainer"]["peakMemoryMB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result["torch"] = torch.__version__
    with open(arguments.out, "w", encoding="utf8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
