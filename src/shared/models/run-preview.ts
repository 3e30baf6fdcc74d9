import { z } from 'zod';
import { destinationSchema } from './destination';
import { engineDeviceSchema } from './device';
import { pipelineSchema, preparationSchema } from './pipeline';
import { runConfigSchema } from './run-config';
import { splitSignOffSchema } from './sign-off';

/** Cost of a configuration. `problems` prevent a run from starting; `warnings` do not. */
export const runPreviewSchema = z.object({
  config: runConfigSchema,
  parameters: z.number().int(),
  trainableParameters: z.number().int(),
  steps: z.number().int(),
  epochs: z.number().int(),
  /** Pixels per side of the model's input; null if the backbone could not be read. */
  imageSize: z.number().int().nullable(),
  /** What the run would give the network; null if the backbone could not be read. */
  input: z
    .object({
      pipeline: pipelineSchema,
      /** The checkpoint's own preparation for this image size. */
      checkpoint: preparationSchema,
      /** The checkpoint's file that determines it; null if it has none and the preparation is assumed. */
      file: z.string().nullable(),
    })
    .nullable()
    .default(null),
  /** Stages in order. `trainableParameters` is null if the backbone could not be read. */
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
  /** Bytes of inputs of last blocks that the run keeps in the project's cache; 0 if none. */
  diskBytes: z.number().default(0),
  /** The device that the run would use. */
  device: engineDeviceSchema,
  secondsEstimate: z.number().nullable(),
  /** At most 200 points of the schedule per stage, [optimizer step of the run, learning rate]. */
  schedule: z.array(z.tuple([z.number(), z.number()])),
  classWeights: z.array(z.object({ label: z.string(), weight: z.number() })).nullable(),
  /** `weighted-sampler` only: each class's training images, and their draws in the first epoch. */
  classDraws: z.array(z.object({ label: z.string(), images: z.number().int(), drawn: z.number().int() })).nullable(),
  /** If the run is not expected to fit into memory: half the batch with twice the accumulation. */
  smallerBatch: z.object({ batchSize: z.number().int(), gradientAccumulation: z.number().int() }).nullable(),
  /** Groups in more than one split; null if there are none. */
  leak: z
    .object({
      groups: z.number().int(),
      patients: z.number().int(),
      duplicates: z.number().int(),
      signOff: splitSignOffSchema.nullable(),
    })
    .nullable(),
  /** Images of the split that a start makes first; null if the project has one. */
  plannedSplit: z
    .object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() })
    .nullable()
    .default(null),
  /** Notes that the run will record on its backbone: its head, its image size, unused weights. */
  backboneNotes: z.array(z.string()),
  problems: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Places in the window that the problems and the warnings speak of. */
  places: z
    .object({ problems: z.array(destinationSchema), warnings: z.array(destinationSchema) })
    .default({ problems: [], warnings: [] }),
});
export type RunPreview = z.infer<typeof runPreviewSchema>;
