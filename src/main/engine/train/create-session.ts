import type { Backend } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import type { NamedTensors } from '../tensor';
import { DeviceTrainingSession } from './device-session';
import { HostTrainingSession } from './host-session';
import type { StepOptions } from './micro-batch';
import { frontierModel, headModel, type TrainableModel, vitModel } from './model';
import type { HeadSession, OptimizerState, TrainingOptions, TrainingSession } from './session';
import { ShrinkingSession } from './shrinking-session';

/**
 * Creates a model in training from parameters under their names on disk and, to resume a run, its optimizer's state.
 *
 * @throws FoveaError `weights-mismatch` if parameters are missing or have other shapes; `device-failed`
 */
export async function createTrainingSession(
  options: TrainingOptions,
  parameters: NamedTensors,
  optimizer?: OptimizerState,
): Promise<TrainingSession> {
  const backend = createBackend(options);
  return createSession(
    backend,
    vitModel(options.config, options.trainable, options.layerDecay, options.lora),
    options,
    parameters,
    optimizer,
  );
}

/**
 * Does the same for the last blocks alone: `pixels` of a batch are the inputs of the first trained block, [count, tokens,
 * hidden], as `createFrontier` computes them. With these, it takes the steps of `createTrainingSession` on the images.
 */
export async function createFrontierSession(
  options: TrainingOptions,
  parameters: NamedTensors,
  optimizer?: OptimizerState,
): Promise<TrainingSession> {
  const model = frontierModel(options.config, options.trainable, options.layerDecay);
  return createSession(createBackend(options), model, options, parameters, optimizer);
}

export interface HeadOptions extends Omit<TrainingOptions, 'config' | 'trainable' | 'lora' | 'layerDecay'> {
  /** Width of the cached features. */
  readonly features: number;
  readonly classes: number;
}

/** Does the same for the classifier alone on cached features: `pixels` of a batch are features [count, features]. */
export async function createHeadSession(
  options: HeadOptions,
  parameters: NamedTensors,
  optimizer?: OptimizerState,
): Promise<HeadSession> {
  const backend = createBackend(options);
  return createSession(backend, headModel(options.features, options.classes), options, parameters, optimizer);
}

/**
 * Creates a session of any model on any backend: the state lives on the device if it can keep tensors, otherwise in our
 * memory. If memory runs out, the session continues in smaller parts.
 */
export async function createSession(
  backend: Backend,
  model: TrainableModel,
  options: StepOptions,
  parameters: NamedTensors,
  optimizer?: OptimizerState,
): Promise<TrainingSession> {
  if (options.precision === 'fp16' && !backend.keepsTensors) {
    throw new Error('half precision is for devices that keep the state');
  }
  const session = backend.keepsTensors
    ? await DeviceTrainingSession.create(backend, model, options, parameters, optimizer ?? null)
    : new HostTrainingSession(backend, model, options, parameters, optimizer ?? null);
  return new ShrinkingSession(session, options.note ?? (() => {}));
}
