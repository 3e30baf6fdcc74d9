import { z } from 'zod';
import { errorInfoSchema } from '../ipc/errors';

/** Every activity of a job; `src/shared/text/job-text.ts` has the wording. */
export const workPhases = [
  'reading-identities',
  'importing',
  'describing',
  'searching-duplicates',
  'comparing-pictures',
  'comparing-features',
  'drawing-images',
  'scanning',
  'downloading',
  'reading-images',
  'reading-backbone',
  'computing-features',
  'trying-rates',
  'measuring-speed',
  'distilling',
  'evaluating',
  'predicting',
  'writing-report',
  'copying-weights',
  'writing-onnx',
  'checking-export',
  'comparing-precisions',
  'de-identifying',
] as const;
export type WorkPhase = (typeof workPhases)[number];

/** Engine work that other work may have to wait for. */
export const engineWork = [
  'training',
  'rate-test',
  'distillation',
  'evaluation',
  'export',
  'precision-check',
  'bench',
  'selftest',
  'prediction',
  'estimate',
  'checkpoint-inspection',
  'batch-check',
  'device-check',
] as const;
export type EngineWork = (typeof engineWork)[number];

export interface WorkingProgress<Phase extends WorkPhase> {
  readonly kind: 'working';
  readonly phase: Phase;
  /** Part of a phase that has parts: the confounder being scanned. */
  readonly part: string | null;
  readonly done: number;
  /** Null while unknown. */
  readonly total: number | null;
  /** Items per second, once known. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
}

/** Progress of a job. */
export type JobProgress<Phase extends WorkPhase = WorkPhase> =
  | { readonly kind: 'starting' }
  /** Waiting for its turn; `behind` lists the work ahead, the one running first. */
  | { readonly kind: 'waiting'; readonly behind: readonly EngineWork[] }
  | WorkingProgress<Phase>;

export const jobProgressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('starting') }),
  z.object({ kind: z.literal('waiting'), behind: z.array(z.enum(engineWork)).readonly() }),
  z.object({
    kind: z.literal('working'),
    phase: z.enum(workPhases),
    part: z.string().nullable(),
    done: z.number(),
    total: z.number().nullable(),
    rate: z.number().nullable(),
    etaSeconds: z.number().nullable(),
  }),
]) satisfies z.ZodType<JobProgress>;

export const jobStates = ['running', 'done', 'failed', 'cancelled'] as const;

/** What a job is about, so that views of that subject can find it. */
export const jobSubjectSchema = z.object({
  project: z.string().nullable(),
  run: z.string().nullable(),
  split: z.enum(['validation', 'test']).nullable(),
});
export type JobSubject = z.infer<typeof jobSubjectSchema>;

/** A job as broadcast to every window: its state and progress. Its result is requested when it has ended. */
export const anyJobSchema = z.object({
  id: z.string(),
  name: z.string(),
  subject: jobSubjectSchema,
  state: z.enum(jobStates),
  progress: jobProgressSchema,
  error: errorInfoSchema.nullable(),
});
