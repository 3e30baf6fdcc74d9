import { z } from 'zod';
import { imageIds } from '../../models/list';
import { disagreementSchema, kappaWeightsSchema, readersSummarySchema, readerTableSchema } from '../../models/readers';
import { command, query } from './entries';
import { project } from './inputs';

export const readersRequests = {
  'readers.summary': query(project.extend({ weights: kappaWeightsSchema.default('none') }), readersSummarySchema, {
    reads: ['images', 'labels'],
  }),
  /** The readings of two readers (by number) on the images that both have read. */
  'readers.table': query(project.extend({ first: z.number().int(), second: z.number().int() }), readerTableSchema, {
    reads: ['images', 'labels'],
  }),
  /** The images in one cell of that table. */
  'readers.cell': query(
    project.extend({
      first: z.number().int(),
      second: z.number().int(),
      firstLabel: z.string(),
      secondLabel: z.string(),
    }),
    z.object({ ids: z.array(z.number().int()) }),
    { reads: ['images', 'labels'] },
  ),
  'readers.disagreements': query(project, z.object({ images: z.array(disagreementSchema) }), {
    reads: ['images', 'labels'],
  }),
  /** Sets the label of images whose readers disagree. */
  'readers.adjudicate': command(
    project.extend({ images: imageIds(1), label: z.string().trim().min(1).max(120) }),
    z.object({ changed: z.number().int() }),
    { changes: ['labels'] },
  ),
  /** Adjudicates every image in which more than half of the readings name one class. */
  'readers.takeMajority': command(project, z.object({ changed: z.number().int() }), { changes: ['labels'] }),
} as const;
