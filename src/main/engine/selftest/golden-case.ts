import type { Backend, EngineDevice, Program } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { createRelevance } from '../explain/relevance';
import { attentionRollout } from '../explain/rollout';
import { createSchedule } from '../optim/schedule';
import { readSafetensors, type SafetensorsFile, toFloat32 } from '../safetensors';
import type { NamedTensors } from '../tensor';
import { createClassifierOn } from '../train/classifier';
import { createSession } from '../train/create-session';
import { packGroups, viewParameters } from '../train/flat-state';
import { prepareMicroBatch } from '../train/micro-batch';
import { vitModel } from '../train/model';
import { gradientName, inputNames } from '../train/program-names';
import { buildGradientProgram } from '../train/programs';
import { families, type VitConfig } from '../vit/config';
import { parameterGroups } from '../vit/parameters';
import { parseVitConfig } from '../vit/parse-config';
import { tokenCount } from '../vit/tokens';
import { type Check, check, limitFactor, relativeError } from './check';

/** The files of one golden case, as on disk. */
export interface GoldenFiles {
  readonly config: unknown;
  readonly model: Uint8Array;
  readonly case: Uint8Array;
  readonly gradients: Uint8Array;
  readonly trained: Uint8Array;
  readonly settings: unknown;
}

export interface GoldenResult {
  /** Why the case was skipped, or null. */
  readonly skipped: string | null;
  readonly checks: readonly Check[];
}

/** Limits on ||a-b|| / ||b|| in float32; GPUs are allowed ten times as much. */
const limits = { forward: 1e-5, gradient: 1e-4, training: 1e-3 };
/** Gradients are compared absolutely if the reference's norm is below this. */
const GRADIENT_FLOOR = 1e-6;

interface Settings {
  readonly decay_parameters: readonly string[];
  readonly optimizer: {
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly max_grad_norm: number;
    readonly warmup_steps: number;
    readonly total_steps: number;
    readonly micro_batches: readonly (readonly [number, number])[];
  };
}

/** Compares forward pass, rollout, relevance, losses, gradients and six optimizer steps with a reference. */
export async function runGoldenCase(files: GoldenFiles, device: EngineDevice, threads = 0): Promise<GoldenResult> {
  const family = (files.config as { model_type?: unknown }).model_type;
  if (!families.some((known) => known === family)) {
    return { skipped: `the family ${String(family)} is not supported`, checks: [] };
  }
  const config = parseVitConfig(files.config);
  const golden = new GoldenCase(config, files, device, createBackend({ device, threads }));
  try {
    const checks = [
      ...(await golden.checkForward()),
      ...(await golden.checkRelevance()),
      ...(await golden.checkLosses()),
      ...(await golden.checkGradients()),
      ...(await golden.checkTraining()),
      golden.checkDecay(),
    ];
    return { skipped: null, checks };
  } finally {
    await golden.dispose();
  }
}

function allTensors(file: SafetensorsFile): NamedTensors {
  return new Map([...file.tensors].map(([name, tensor]) => [name, toFloat32(tensor, name)]));
}

class GoldenCase {
  private readonly config: VitConfig;
  private readonly backend: Backend;
  private readonly factor: number;
  private readonly reference: SafetensorsFile;
  private readonly parameters: NamedTensors;
  private readonly gradients: NamedTensors;
  private readonly trained: NamedTensors;
  private readonly settings: Settings;
  private readonly labels: Int32Array;
  private readonly pixels: Float32Array;
  private gradientProgram: Program | null = null;

  constructor(config: VitConfig, files: GoldenFiles, device: EngineDevice, backend: Backend) {
    this.config = config;
    this.backend = backend;
    this.factor = limitFactor(device);
    this.reference = readSafetensors(files.case);
    this.parameters = allTensors(readSafetensors(files.model));
    this.gradients = allTensors(readSafetensors(files.gradients));
    this.trained = allTensors(readSafetensors(files.trained));
    this.settings = files.settings as Settings;
    this.labels = this.readLabels();
    this.pixels = this.expected('pixel_values');
  }

  async checkForward(): Promise<Check[]> {
    const { config, backend, parameters } = this;
    const count = this.labels.length;
    const classifier = await createClassifierOn(backend, {
      config,
      parameters,
      device: backend.device,
      threads: 0,
      batch: count,
      attentions: true,
      hiddenStates: true,
    });
    const result = await classifier.run(this.pixels, count);
    await classifier.dispose();
    const tokens = tokenCount(config);
    const perImage = config.heads * tokens * tokens;
    const rollouts = Array.from({ length: count }, (_, image) => {
      const attentions = result.attentions.map((all) => all.subarray(image * perImage, (image + 1) * perImage));
      return [...attentionRollout(attentions, config)];
    }).flat();
    return [
      this.compare('logits', result.logits, limits.forward),
      ...result.hiddenStates.map((state, i) => this.compare(`hidden_states.${i}`, state, limits.forward)),
      ...result.attentions.map((attention, i) => this.compare(`attentions.${i}`, attention, limits.forward)),
      this.compare('explain.rollout', rollouts, limits.forward),
    ];
  }

  /** Compares the relevance of each class. */
  async checkRelevance(): Promise<Check[]> {
    const { backend, config, parameters, labels } = this;
    const relevance = await createRelevance(backend, { config, parameters, batch: labels.length });
    const checks: Check[] = [];
    for (const index of config.classes.keys()) {
      const values = await relevance.run(this.pixels, new Int32Array(labels.length).fill(index));
      checks.push(this.compare(`explain.relevance.${index}`, values, limits.forward));
    }
    await relevance.dispose();
    return checks;
  }

  async checkLosses(): Promise<Check[]> {
    const classWeights = [...this.expected('class_weights')];
    const plain = { classWeights: null, labelSmoothing: 0 };
    return [
      this.compare('loss', [(await this.differentiate(plain)).loss], limits.forward),
      this.compare('loss_weighted', [(await this.differentiate({ ...plain, classWeights })).loss], limits.forward),
      this.compare(
        'loss_smoothed_0.1',
        [(await this.differentiate({ ...plain, labelSmoothing: 0.1 })).loss],
        limits.forward,
      ),
    ];
  }

  async checkGradients(): Promise<Check[]> {
    const { gradients } = await this.differentiate({ classWeights: null, labelSmoothing: 0 });
    let squares = 0;
    const checks = [...this.gradients].map(([name, { data }]) => {
      const actual = gradients.get(name);
      for (const value of actual ?? []) squares += value * value;
      const error = actual ? relativeError(actual, data, GRADIENT_FLOOR) : Number.NaN;
      const tiny = relativeError(data, new Float32Array(data.length)) < GRADIENT_FLOOR;
      return check(`gradient ${name}`, error, this.factor * (tiny ? GRADIENT_FLOOR : limits.gradient));
    });
    return [...checks, this.compare('grad_norm', [Math.sqrt(squares)], limits.gradient)];
  }

  async checkTraining(): Promise<Check[]> {
    const { optimizer } = this.settings;
    const schedule = createSchedule({
      decay: { kind: 'cosine' },
      learningRate: optimizer.learning_rate,
      warmupSteps: optimizer.warmup_steps,
      totalSteps: optimizer.total_steps,
    });
    const microBatch = Math.max(...optimizer.micro_batches.map(([start, end]) => end - start));
    const session = await createSession(
      this.backend,
      vitModel(this.config, 'all'),
      {
        microBatch,
        optimizer: { kind: 'adamw' },
        weightDecay: optimizer.weight_decay,
        maxGradientNorm: optimizer.max_grad_norm,
        labelSmoothing: 0,
        classWeights: null,
        seeds: [1],
        emaDecay: null,
      },
      this.parameters,
    );
    const imageSize = this.pixels.length / this.labels.length;
    const batches = optimizer.micro_batches.map(([start, end]) => ({
      pixels: this.pixels.slice(start * imageSize, end * imageSize),
      labels: this.labels.slice(start, end),
      count: end - start,
    }));
    const rates = Array.from({ length: optimizer.total_steps }, (_, step) => schedule(step, []));
    const losses: number[] = [];
    const norms: number[] = [];
    for (const rate of rates) {
      const { loss, gradientNorm } = await session.step(batches, rate);
      losses.push(loss);
      norms.push(gradientNorm);
    }
    const parameters = await session.parameters();
    await session.dispose();
    const names = [...this.trained.keys()];
    const joined = (tensors: NamedTensors) => names.flatMap((name) => [...(tensors.get(name)?.data ?? [])]);
    return [
      this.compare('train.learning_rates', rates, limits.forward),
      this.compare('train.losses', losses, limits.training),
      this.compare('train.grad_norms', norms, limits.training),
      check(
        'trained parameters',
        relativeError(joined(parameters), joined(this.trained)),
        this.factor * limits.training,
      ),
    ];
  }

  /** Compares the set of parameters with weight decay; the error is the share of names that differ. */
  checkDecay(): Check {
    const ours = parameterGroups(this.config).flatMap(({ parameters }) =>
      parameters.filter(({ decay }) => decay).map(({ name }) => name),
    );
    const theirs = this.settings.decay_parameters;
    const different = [
      ...ours.filter((name) => !theirs.includes(name)),
      ...theirs.filter((name) => !ours.includes(name)),
    ];
    return check('weight decay mask', different.length / theirs.length, 0);
  }

  async dispose(): Promise<void> {
    await this.gradientProgram?.dispose();
  }

  private async differentiate(loss: { classWeights: readonly number[] | null; labelSmoothing: number }) {
    const model = vitModel(this.config, 'all');
    const count = this.labels.length;
    const options = {
      microBatch: count,
      optimizer: { kind: 'adamw' as const },
      weightDecay: 0,
      maxGradientNorm: 1,
      emaDecay: null,
      ...loss,
    };
    this.gradientProgram ??= await this.backend.compile(buildGradientProgram(model, count));
    const program = this.gradientProgram;
    const { pixels, targets } = prepareMicroBatch(
      model,
      options,
      { pixels: this.pixels, labels: this.labels, count },
      1,
    );
    const { host } = await program.run(
      new Map([
        ...viewParameters(model.groups, packGroups(model.groups, this.parameters)),
        [inputNames.pixels, { shape: [count, ...model.inputShape], data: pixels }],
        [inputNames.targets, { shape: [count, model.classes], data: targets }],
      ]),
    );
    const gradients = new Map(
      [...this.parameters.keys()].map((name) => [name, host.get(gradientName(name))?.data ?? new Float32Array(0)]),
    );
    return { loss: host.get('loss')?.data[0] ?? Number.NaN, gradients };
  }

  private compare(name: string, actual: ArrayLike<number>, limit: number): Check {
    return check(name, relativeError(actual, this.expected(name)), this.factor * limit);
  }

  private expected(name: string): Float32Array {
    const tensor = this.reference.tensors.get(name);
    if (!tensor) throw new Error(`the golden case has no ${name}`);
    return toFloat32(tensor, name).data;
  }

  private readLabels(): Int32Array {
    const labels = this.reference.tensors.get('labels');
    if (labels?.dtype !== 'I64') throw new Error('the golden case has no labels');
    return Int32Array.from(new BigInt64Array(labels.data.slice().buffer), Number);
  }
}
