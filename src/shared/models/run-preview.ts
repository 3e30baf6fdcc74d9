import { z } from 'zod';
import { engineDeviceSchema } from './device';
import { runConfigSchema } from './run-config';
import { splitSignOffSchema } from './sign-off';

/** What a configuration would cost. `problems` keep a run from starting; `warnings` do not. */
export const runPreviewSchema = z.object({
  config: runConfigSchema,
  parameters: z.number().int(),
  trainableParameters: z.number().int(),
  steps: z.number().int(),
  epochs: z.number().int(),
  /** What is trained when, in order. `trainableParameters` is null where the backbone could not be read. */
  stages: z.array(
    z.object({
      name: z.string(),
      epochs: z.number().int(),
      steps: z.number().int(),
      stepsPerEpoch: z.number().int(),
      warmupSteps: z.number().int(),
      learningRate: z.number(),
      trainableParameters: z.number().int().nullable(),
    }),
  ),
  memoryMB: z.number(),
  /** What the run would compute on. */
  device: engineDeviceSchema,
  secondsEstimate: z.number().nullable(),
  /** At most 200 points of the schedule a stage, [optimizer step of the run, learning rate]. */
  schedule: z.array(z.tuple([z.number(), z.number()])),
  classWeights: z.array(z.object({ label: z.string(), weight: z.number() })).nullable(),
  /** Of `weighted-sampler`: each class's training images, and how often they are drawn in the first epoch. */
  classDraws: z.array(z.object({ label: z.string(), images: z.number().int(), drawn: z.number().int() })).nullable(),
  /** Where the run is not expected to fit into memory: half the batch with twice the accumulation. */
  smallerBatch: z.object({ batchSize: z.number().int(), gradientAccumulation: z.number().int() }).nullable(),
  /** What stands in more than one part of the split; null where nothing does. */
  leak: z
    .object({
      groups: z.number().int(),
      patients: z.number().int(),
      duplicates: z.number().int(),
      signOff: splitSignOffSchema.nullable(),
    })
    .nullable(),
  /** What the run will note of its backbone: its head, its image size, what of it is not used. */
  backboneNotes: z.array(z.string()),
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
});
export type RunPreview = z.infer<typeof runPreviewSchema>;
