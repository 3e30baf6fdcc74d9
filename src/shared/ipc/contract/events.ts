import { z } from 'zod';
import { anyJobSchema } from '../../models/job';
import { logRecordSchema, runProgressSchema } from '../../models/run';
import { topics } from './entries';

/** What main tells every window, by name. */
export const events = {
  job: anyJobSchema,
  'run.progress': z.object({ project: z.string(), progress: runProgressSchema }),
  'run.log': z.object({ project: z.string(), run: z.string(), record: logRecordSchema }),
  /** What was read of these topics is stale; of one project, or (null) of all. */
  changed: z.object({ project: z.string().nullable(), topics: z.array(z.enum(topics)) }),
} as const;
