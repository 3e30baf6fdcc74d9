import { z } from 'zod';
import { confounderScanSchema, confounderTableSchema, confounderTagSchema } from '../../models/confounders';
import { job, query } from './entries';
import { project } from './inputs';

export const confoundersRequests = {
  /** A confounder scan: how well tags, border, text area and brightness alone predict the label. */
  'confounders.scan': job(project, confounderScanSchema, {
    phases: ['describing', 'searching-duplicates', 'comparing-pictures', 'comparing-features', 'scanning'],
    changes: ['confounders'],
  }),
  /** The last scan; `outdated` if the dataset has changed since. */
  'confounders.get': query(project, z.object({ scan: confounderScanSchema, outdated: z.boolean() }).nullable(), {
    reads: ['confounders', 'images', 'labels', 'duplicates'],
  }),
  'confounders.table': query(project.extend({ tag: confounderTagSchema }), confounderTableSchema, {
    reads: ['images', 'labels'],
  }),
  /** Images of a cell of that table. */
  'confounders.images': query(
    project.extend({ tag: confounderTagSchema, value: z.string().nullable(), label: z.string() }),
    z.object({ ids: z.array(z.number().int()) }),
    { reads: ['images', 'labels'] },
  ),
} as const;
