import type { Pipeline } from '#shared/models/pipeline';
import type { RunParent } from '#shared/models/run';

/** What a run takes over from the run that it continues, instead of from its backbone and the project. */
export interface RunOrigin {
  readonly parent: RunParent;
  /** The checkpoint folder that its weights are copied from. */
  readonly weights: string;
  readonly classes: readonly string[];
  readonly pipeline: Pipeline;
}

/** Describes the parent in the notes of a run. */
export const originNote = ({ run, name, epoch }: RunParent): string =>
  `Continues ${name} (${run}) from its best model${epoch === null ? '' : `, after epoch ${epoch}`}, with the same images, split and preprocessing. Optimizer and schedule start anew.`;
