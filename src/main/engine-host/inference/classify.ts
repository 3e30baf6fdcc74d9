import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttentionMaps } from '#shared/models/attention';
import { augmentationSchema } from '#shared/models/run-config';
import { softmaxRows } from '#shared/statistics/softmax';
import { attentionToPatches } from '../../engine/explain/attention-to-patches';
import { attentionRollout } from '../../engine/explain/rollout';
import { averageViews, type ViewsAverage } from '../../engine/train/average-views';
import type { Classification, Classifier } from '../../engine/train/classification';
import { createClassifier } from '../../engine/train/classifier';
import { fastestBatch } from '../../engine/train/fastest-part';
import type { VitConfig } from '../../engine/vit/config';
import { gridSize, patchCount, tokenCount } from '../../engine/vit/tokens';
import type { RasterPlace } from '../../packs/place';
import { inOrder } from '../batches/batch-source';
import { batchesHere, createLoader } from '../batches/loader';
import { deviceOrCpu } from '../core/device';
import type { ClassifyResult, ClassifySpec } from '../core/protocol';
import { checkCancelled, type RequestContext } from '../core/request-context';
import { loadModel, requirePipelineSize } from '../models/load-model';
import { classifyFromFeatures, readsFeatures } from './classify-features';

/** Maximum size of the attention of all blocks for one batch. */
const ATTENTION_BYTES = 128 * 2 ** 20;
/** Minimum number of images to prepare in worker threads. */
const MIN_LOADER_IMAGES = 9;

interface Kept {
  readonly key: string;
  readonly config: VitConfig;
  readonly batch: number;
  readonly classifier: Classifier;
  /** Number of requests that use it: at most the current one and a quick one. */
  users: number;
}

/** The model of the last request, kept because predictions come in bursts. */
let kept: Kept | null = null;

/** Returns the kept model or loads another. The caller must `release` it. */
async function classifierFor(spec: ClassifySpec): Promise<Kept> {
  const file = join(spec.modelFolder, 'model.safetensors');
  const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
  const wanted = Math.max(1, Math.min(spec.batchSize, spec.rasters.length));
  const device = await deviceOrCpu(spec.device);
  const identity = [spec.modelFolder, size, mtimeMs, device, spec.threads, spec.attention].join('\n');
  const key = `${identity}\n${wanted}`;
  if (kept !== null && size > 0 && kept.key === key) {
    kept.users += 1;
    return kept;
  }
  const old = kept;
  kept = null;
  if (old?.users === 0) await old.classifier.dispose();
  const { config, parameters } = await loadModel(spec.modelFolder);
  const tokens = tokenCount(config);
  const attentionBytes = config.layers * config.heads * tokens ** 2 * 4;
  const most = spec.attention ? Math.max(1, Math.min(wanted, Math.floor(ATTENTION_BYTES / attentionBytes))) : wanted;
  const batch = fastestBatch(config, most, device);
  const classifier = await createClassifier({
    config,
    parameters,
    device,
    threads: spec.threads,
    batch,
    attentions: spec.attention,
  });
  kept = { key, config, batch, classifier, users: 1 };
  return kept;
}

async function release(model: Kept): Promise<void> {
  model.users -= 1;
  // Otherwise it stays loaded for the next request.
  if (model !== kept && model.users === 0) await model.classifier.dispose();
}

/** The attention maps of image `index` of a batch. */
function attentionMaps(config: VitConfig, { attentions }: Classification, index: number): AttentionMaps {
  const grid = gridSize(config);
  const covered = grid * config.patchSize;
  const patches = patchCount(config);
  const tokens = tokenCount(config);
  const one = config.heads * tokens * tokens;
  const ofImage = attentions.map((layer) => layer.subarray(index * one, (index + 1) * one));
  const rows = new Float32Array(config.layers * config.heads * patches);
  for (const [layer, attention] of ofImage.entries()) {
    for (let head = 0; head < config.heads; head++) {
      const ofHead = attention.subarray(head * tokens * tokens, (head + 1) * tokens * tokens);
      rows.set(attentionToPatches(ofHead, config), (layer * config.heads + head) * patches);
    }
  }
  return {
    layers: config.layers,
    heads: config.heads,
    gridHeight: grid,
    gridWidth: grid,
    ...(covered < config.imageSize ? { covered: covered / config.imageSize } : {}),
    rows,
    rollout: attentionRollout(ofImage, config),
  };
}

/** Classifies rasters with a trained model, using the pipeline that it was trained with. */
export async function classify(spec: ClassifySpec, context: RequestContext): Promise<ClassifyResult> {
  const started = performance.now();
  if (spec.rasters.length === 0) {
    const { config } = await loadModel(spec.modelFolder);
    return empty(config.classes);
  }
  if (await readsFeatures(spec)) {
    const result = await classifyFromFeatures(spec, context);
    if (result !== null) return result;
  }
  const model = await classifierFor(spec);
  try {
    return await classifyWith(model, spec, context, started);
  } finally {
    await release(model);
  }
}

async function classifyWith(
  { config, classifier, batch }: Kept,
  spec: ClassifySpec,
  context: RequestContext,
  started: number,
): Promise<ClassifyResult> {
  requirePipelineSize(config, spec.pipeline);
  const augmentation = spec.testTime?.augmentation ?? augmentationSchema.parse({ enabled: false });
  const settings = { pipeline: spec.pipeline, augmentation, seed: 0 };
  const views = 1 + (spec.testTime?.views ?? 0);
  const orders = inOrder(spec.rasters.length, batch).flatMap((positions) => {
    const samples = positions.map((index) => ({ image: index, raster: spec.rasters[index] as RasterPlace, label: 0 }));
    return Array.from({ length: views }, (_, testTimeView) => ({ epoch: null, samples, testTimeView }));
  });
  const loader = spec.rasters.length * views >= MIN_LOADER_IMAGES ? createLoader(settings) : null;
  const size = config.classes.length;
  const logits = new Float32Array(spec.rasters.length * size);
  const probabilities = new Float32Array(spec.rasters.length * size);
  /** Logits of the current images for each view so far, the evaluation view first. */
  let seen: Float32Array[] = [];
  const attention: AttentionMaps[] = [];
  let done = 0;
  try {
    for await (const { pixels, count } of loader?.batches(orders) ?? batchesHere(orders, settings)) {
      const result = await classifier.run(pixels, count);
      if (spec.attention && seen.length === 0) {
        for (let i = 0; i < count; i++) attention.push(attentionMaps(config, result, i));
      }
      seen.push(result.logits.slice(0, count * size));
      if (seen.length === views) {
        const combined = combine(seen, size);
        logits.set(combined.logits, done * size);
        probabilities.set(combined.probabilities, done * size);
        seen = [];
        done += count;
        context.progress('evaluating', done, spec.rasters.length);
      }
      await checkCancelled(context);
    }
  } finally {
    await loader?.close();
  }
  return {
    classes: config.classes,
    logits,
    probabilities,
    attention,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Averages views; a single view is used as it is. */
function combine(views: readonly Float32Array[], size: number): ViewsAverage {
  const [only, second] = views;
  if (only === undefined || second !== undefined) return averageViews(views, size);
  return { logits: only, probabilities: softmaxRows(only, size) };
}

const empty = (classes: readonly string[]): ClassifyResult => ({
  classes,
  logits: new Float32Array(0),
  probabilities: new Float32Array(0),
  attention: [],
  seconds: 0,
});
