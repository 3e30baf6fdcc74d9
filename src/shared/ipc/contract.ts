import type { z } from 'zod';
import type { JobProgress, JobSubject, jobStates } from '../models/job';
import { appRequests } from './contract/app';
import { backbonesRequests } from './contract/backbones';
import { confoundersRequests } from './contract/confounders';
import { datasetRequests } from './contract/dataset';
import { distillationsRequests } from './contract/distillations';
import { evaluationsRequests } from './contract/evaluations';
import { events } from './contract/events';
import { experimentsRequests } from './contract/experiments';
import { exportsRequests } from './contract/exports';
import { predictionsRequests } from './contract/predictions';
import { projectsRequests } from './contract/projects';
import { readersRequests } from './contract/readers';
import { reviewRequests } from './contract/review';
import { runsRequests } from './contract/runs';
import type { ErrorInfo } from './errors';

export type { Topic } from './contract/entries';
export { events };

/**
 * Every request, by name: queries, commands and jobs (`contract/entries.ts`). Main validates input and output; the
 * window uses the types. Handlers are in `src/main/ipc/handlers/<first part of the name>.ts`.
 */
export const requests = {
  ...appRequests,
  ...projectsRequests,
  ...datasetRequests,
  ...confoundersRequests,
  ...readersRequests,
  ...reviewRequests,
  ...backbonesRequests,
  ...distillationsRequests,
  ...runsRequests,
  ...experimentsRequests,
  ...evaluationsRequests,
  ...predictionsRequests,
  ...exportsRequests,
};

type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestInput<K extends RequestName> = z.input<Requests[K]['input']>;
export type RequestParsed<K extends RequestName> = z.output<Requests[K]['input']>;
export type RequestOutput<K extends RequestName> = K extends 'jobs.list'
  ? { readonly jobs: readonly Job[] }
  : z.output<Requests[K]['output']>;

type NamesOf<Kind extends Requests[RequestName]['kind']> = {
  [K in RequestName]: Requests[K]['kind'] extends Kind ? K : never;
}[RequestName];
export type QueryName = NamesOf<'query'>;
export type CommandName = NamesOf<'command'>;
export type JobName = NamesOf<'job'>;

export type JobResult<K extends JobName> = z.output<Requests[K]['result']>;
export type JobPhase<K extends JobName> = Requests[K]['phases'][number];

/** A job of one name. */
export interface JobOf<K extends JobName> {
  readonly id: string;
  readonly name: K;
  readonly subject: JobSubject;
  readonly state: (typeof jobStates)[number];
  readonly progress: JobProgress<JobPhase<K>>;
  readonly error: ErrorInfo | null;
}
export type Job = JobOf<JobName>;

export function isJob<K extends JobName>(job: Job, name: K): job is Job & JobOf<K> {
  return job.name === name;
}

export type EventName = keyof typeof events;
export type EventPayload<K extends EventName> = K extends 'job' ? Job : z.output<(typeof events)[K]>;
