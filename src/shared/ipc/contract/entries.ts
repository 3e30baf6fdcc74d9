import { z } from 'zod';
import type { WorkPhase } from '../../models/job';

/**
 * What a request can read or change, as far as the window must know to ask again. `images`: which there are and what
 * their files say; `labels`: also the readings behind them; `reviews`: what a person decided about findings.
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

/** Reads something; asked again whenever one of the topics that it reads has changed. */
export interface Query<Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: 'query';
  readonly input: Input;
  readonly output: Output;
  readonly reads: readonly Topic[];
}

/** Does something at once. When it has succeeded, main announces the topics that it changes. */
export interface Command<Input extends z.ZodType, Output extends z.ZodType> {
  readonly kind: 'command';
  readonly input: Input;
  readonly output: Output;
  readonly changes: readonly Topic[];
}

const started = z.object({ job: z.string() });

/**
 * Begins long work and answers with its id at once. How far it is comes by the event `job`, its result by `jobs.result`.
 * When it has ended, main announces the topics that it changes.
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
