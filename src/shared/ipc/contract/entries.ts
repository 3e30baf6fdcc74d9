import { z } from 'zod';
import type { WorkPhase } from '../../models/job';

/**
 * The parts of the state that requests read or change, as far as the window must know to refresh. `images`: which
 * exist, and the contents of their files; `labels`: also the underlying readings; `reviews`: decisions about findings.
 */
export const topics = [
  'settings',
  'projects',
  'images',
  'labels',
  'split',
  'duplicates',
  'reviews',
  'confounders',
  'backbones',
  'runs',
  'evaluations',
  'predictions',
] as const;
export type Topic = (typeof topics)[number];

/** Reads state; repeated whenever one of the topics that it reads has changed. */
export interface Query<Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: 'query';
  readonly input: Input;
  readonly output: Output;
  readonly reads: readonly Topic[];
}

/** Performs an action immediately. After success, main announces the topics that it changes. */
export interface Command<Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: 'command';
  readonly input: Input;
  readonly output: Output;
  readonly changes: readonly Topic[];
}

const started = z.object({ job: z.string() });

/**
 * Starts long work and returns its id immediately. Progress arrives with the event `job`, the result through
 * `jobs.result`. At the end, main announces the topics that it changes.
 */
export interface JobRequest<Input extends z.ZodType, Result extends z.ZodType, Phase extends WorkPhase> {
  readonly kind: 'job';
  readonly input: Input;
  readonly output: typeof started;
  readonly result: Result;
  readonly phases: readonly Phase[];
  readonly changes: readonly Topic[];
}

export const query = <Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
  { reads }: { readonly reads: readonly Topic[] },
): Query<Input, Output> => ({ kind: 'query', input, output, reads });

export const command = <Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
  { changes }: { readonly changes: readonly Topic[] },
): Command<Input, Output> => ({ kind: 'command', input, output, changes });

export const job = <Input extends z.ZodType, Result extends z.ZodType, Phase extends WorkPhase>(
  input: Input,
  result: Result,
  { phases, changes }: { readonly phases: readonly Phase[]; readonly changes: readonly Topic[] },
): JobRequest<Input, Result, Phase> => ({ kind: 'job', input, output: started, result, phases, changes });
