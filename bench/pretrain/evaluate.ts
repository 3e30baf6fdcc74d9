import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { pixelValuesInto } from '#shared/imaging/normalise';
import { defaultPipeline } from '#shared/imaging/pipeline';
import type { Raster } from '#shared/imaging/raster';
import { foldItems } from '#shared/splitting/folds';
import type { EvaluatedCase } from '#shared/statistics/evaluate';
import { argmax, caseCrossEntropy, logSumExp } from '#shared/statistics/log-loss';
import { metricOfCases, pairedDifference } from '#shared/statistics/paired-difference';
import { createClassifier } from '../../src/main/engine/train/classifier';
import { fitLogisticRegression } from '../../src/main/engine/train/logistic-regression';
import { initialiseParameters } from '../../src/main/engine/vit/initialise';
import { interpolatePositions, withImageSize } from '../../src/main/engine/vit/interpolate-positions';
import { parameterGroups } from '../../src/main/engine/vit/parameters';
import { featureWidth } from '../../src/main/engine/vit/tokens';
import { openTeacher, type Teacher } from '../../src/main/engine-host/distillation/open-teacher';

interface Picture {
  readonly path: string;
  readonly label: string;
  readonly group: number;
}

const FOLDS = 5;
const SEED = 42;
const BATCH = 8;

/** Prints accuracy and macro AUC of every model and their differences from the first. Returns the exit code. */
export async function evaluate(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      images: { type: 'string' },
      groups: { type: 'string' },
      size: { type: 'string', default: '224' },
      threads: { type: 'string', default: '0' },
    },
  });
  if (values.images === undefined || values.groups === undefined || positionals.length === 0) {
    console.error('Usage: npm run bench:pretrain-evaluate -- --images FOLDER --groups CSV MODEL...');
    return 1;
  }
  const folder = resolve(values.images);
  const pictures = (parse(readFileSync(values.groups), { columns: true }) as Record<string, string>[]).map(
    ({ path = '', label = '', group }): Picture => ({ path, label, group: Number(group) }),
  );
  const rasters: Raster[] = [];
  for (const { path } of pictures) rasters.push(await readGrey(join(folder, path)));
  let first: readonly EvaluatedCase[] | null = null;
  for (const name of positionals) {
    const start = process.cpuUsage();
    const features = await featuresOf(name, rasters, Number(values.size), Number(values.threads));
    const { user, system } = process.cpuUsage(start);
    const cases = await outOfFold(features, pictures);
    const classes = classesOf(pictures);
    const text = (['accuracy', 'macroF1', 'auc'] as const).map((metric) => {
      const value = metricOfCases(cases, classes.length, metric)().toFixed(3);
      const pairs = first?.map((one, index) => [one, cases[index] as EvaluatedCase] as const);
      const difference = pairs === undefined ? null : pairedDifference(pairs, classes, metric);
      if (difference === null) return `${metric} ${value}`;
      const { value: by, low, high } = difference;
      return `${metric} ${value} (${by.toFixed(3)} [${low?.toFixed(3)}, ${high?.toFixed(3)}])`;
    });
    first ??= cases;
    const milliseconds = (user + system) / 1000 / pictures.length;
    console.log(`${shortName(name)}: ${text.join(', ')}; ${milliseconds.toFixed(0)} ms of processor time an image`);
  }
  return 0;
}

const shortName = (name: string): string => {
  const folder = resolve(name.replace(/^random:/, ''));
  return `${name.startsWith('random:') ? 'random ' : ''}${basename(dirname(folder))}/${basename(folder)}`;
};

async function readGrey(path: string): Promise<Raster> {
  const { data, info } = await sharp(path).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 1, data: new Uint8Array(data) };
}

/** Opens a folder; with the prefix `random:`, its weights are drawn anew. */
async function openModel(name: string): Promise<Teacher> {
  const opened = await openTeacher(resolve(name.replace(/^random:/, '')));
  if (!name.startsWith('random:')) return opened;
  const specs = parameterGroups(opened.config)
    .filter((group) => group.name !== 'classifier')
    .flatMap((group) => group.parameters);
  return { ...opened, parameters: initialiseParameters(specs, SEED) };
}

/** What the family's classifier reads, of every image: [images, width]. */
async function featuresOf(name: string, rasters: readonly Raster[], size: number, threads: number) {
  const model = await openModel(name);
  // One class for a head that is not used.
  const config = { ...withImageSize(model.config, size), classes: ['none'] };
  const width = featureWidth(config);
  const head = initialiseParameters(
    parameterGroups(config).flatMap((group) => group.parameters),
    SEED,
  );
  const parameters = new Map([...head, ...interpolatePositions(model.parameters, model.config, config)]);
  const classifier = await createClassifier({
    config,
    parameters,
    device: 'cpu',
    threads,
    batch: BATCH,
    attentions: false,
  });
  const pipeline = defaultPipeline(size, model.normalisation);
  const features = new Float32Array(rasters.length * width);
  for (let start = 0; start < rasters.length; start += BATCH) {
    const batch = rasters.slice(start, start + BATCH);
    const pixels = new Float32Array(batch.length * 3 * size * size);
    for (const [index, raster] of batch.entries()) pixelValuesInto(raster, pipeline, pixels, index * 3 * size * size);
    features.set((await classifier.run(pixels, batch.length)).features, start * width);
  }
  await classifier.dispose();
  return features;
}

const classesOf = (pictures: readonly Picture[]): readonly string[] => [...new Set(pictures.map(({ label }) => label))];

/** Predicts every picture by a head fitted on the folds without its group. */
async function outOfFold(features: Float32Array, pictures: readonly Picture[]): Promise<readonly EvaluatedCase[]> {
  const classes = classesOf(pictures);
  const width = features.length / pictures.length;
  const labels = pictures.map(({ label }) => classes.indexOf(label));
  const folds = foldItems(
    pictures.map(({ group }, id) => ({ id, label: labels[id] as number, group })),
    FOLDS,
    SEED,
  );
  const cases: EvaluatedCase[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const rows = pictures.map((_, id) => id).filter((id) => folds.get(id) !== fold);
    const data = new Float32Array(rows.length * width);
    for (const [to, id] of rows.entries()) data.set(features.subarray(id * width, (id + 1) * width), to * width);
    const head = await fitLogisticRegression(
      { features: data, labels: Int32Array.from(rows, (id) => labels[id] as number), width, classes: classes.length },
      {
        penalty: 1,
        rowsPerImage: 1,
        classWeights: null,
        labelSmoothing: 0,
        tolerance: 1e-6,
        maximumIterations: 2000,
      },
    );
    for (const id of pictures.keys()) {
      if (folds.get(id) !== fold) continue;
      const logits = classes.map((_, label) => {
        let logit = head.bias[label] as number;
        for (let i = 0; i < width; i += 1) {
          logit += (head.weight[label * width + i] as number) * (features[id * width + i] as number);
        }
        return logit;
      });
      cases[id] = caseOf(logits, labels[id] as number, (pictures[id] as Picture).group);
    }
  }
  return cases;
}

function caseOf(logits: readonly number[], truth: number, group: number): EvaluatedCase {
  const sum = logSumExp(logits);
  const probabilities = logits.map((logit) => Math.exp(logit - sum));
  const predicted = argmax(logits);
  const confidence = probabilities[predicted] as number;
  return { truth, predicted, confidence, probabilities, loss: caseCrossEntropy(logits, truth), patient: group };
}
