import { z } from 'zod';
import { anyJobSchema } from '../../models/job';
import { logRecordSchema, runProgressSchema } from '../../models/run';
import { topics } from './entries';

/** Events from main to every window, by name. */
export const events = {
  job: anyJobSchema,
  'run.progress': z.object({ project: z.string(), progress: runProgressSchema }),
  'run.log': z.object({ project: z.string(), run: z.string(), record: logRecordSchema }),
  /** Data read from these topics is stale, for one project or (null) for all. */
  changed: z.object({ project: z.string().nullable(), topics: z.array(z.enum(topics)) }),
} as const;
