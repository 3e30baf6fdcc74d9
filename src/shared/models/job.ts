import { z } from 'zod';
import { errorInfoSchema } from '../ipc/errors';

/** Everything that a job can be busy with; `src/shared/text/job-text.ts` has the words. */
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
  'evaluating',
  'predicting',
  'copying-weights',
  'writing-onnx',
  'checking-export',
  'comparing-precisions',
  'de-identifying',
] as const;
export type WorkPhase = (typeof workPhases)[number];

/** Work of the engine that other work has to wait for. */
export const engineWork = [
  'training',
  'rate-test',
  'evaluation',
  'export',
  'precision-check',
  'bench',
  'selftest',
  'prediction',
  'estimate',
  'checkpoint-inspection',
  'device-check',
] as const;
export type EngineWork = (typeof engineWork)[number];

export interface Counted<Phase extends WorkPhase> {
  readonly kind: 'working';
  readonly phase: Phase;
  /** What of it, where a phase has parts: the confounder that is scanned. */
  readonly part: string | null;
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
  /** Items a second, once known. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
}

/** How far a job is. */
export type JobProgress<Phase extends WorkPhase = WorkPhase> =
  | { readonly kind: 'starting' }
  /** For its turn; behind these, the one that runs first. */
  | { readonly kind: 'waiting'; readonly behind: readonly EngineWork[] }
  | Counted<Phase>;

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

/** What a job is about, so that whoever looks at that knows of it. */
export const jobSubjectSchema = z.object({
  project: z.string().nullable(),
  run: z.string().nullable(),
  split: z.enum(['validation', 'test']).nullable(),
});
export type JobSubject = z.infer<typeof jobSubjectSchema>;

/** Long work as every window hears of it: its state, and how far it is. Its result is asked for when it has ended. */
export const anyJobSchema = z.object({
  id: z.string(),
  name: z.string(),
  subject: jobSubjectSchema,
  state: z.enum(jobStates),
  progress: jobProgressSchema,
  error: errorInfoSchema.nullable(),
});
