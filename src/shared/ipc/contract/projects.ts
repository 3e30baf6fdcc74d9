import { z } from 'zod';
import { anyJobSchema } from '../../models/job';
import { projectSummarySchema } from '../../models/project';
import { command, job, query } from './entries';
import { jobId, nothing, project } from './inputs';

const projectName = z.string().trim().min(1).max(120);

export const projectsRequests = {
  'projects.list': query(nothing, z.object({ recent: z.array(projectSummarySchema) }), {
    reads: ['projects', 'images', 'labels', 'runs'],
  }),
  /** Name and place of a new project, without a choice by a person; the name may be suggested. */
  'projects.proposal': query(
    z.object({ name: z.string().optional() }),
    z.object({ name: z.string(), place: z.string() }),
    { reads: ['projects'] },
  ),
  /**
   * In a new folder within `parent`, named like the project; in `folder` itself, which may name the project; or, without
   * either, as `projects.proposal` proposes.
   */
  'projects.create': command(
    z.union([
      z.strictObject({ parent: z.string(), name: projectName }),
      z.strictObject({ folder: z.string(), name: projectName.optional() }),
      z.strictObject({ name: projectName.optional() }),
    ]),
    projectSummarySchema,
    { changes: ['projects'] },
  ),
  'projects.open': command(z.object({ grant: z.string() }), projectSummarySchema, { changes: ['projects'] }),
  'projects.reopen': command(project, projectSummarySchema, { changes: ['projects'] }),
  'projects.forget': command(project, nothing, { changes: ['projects'] }),
  /** Creates the sample project (images, labels, split), in the granted folder or in Fovea's own. */
  'projects.sample': job(z.object({ folder: z.string().optional() }), projectSummarySchema, {
    phases: [
      'drawing-images',
      'reading-identities',
      'importing',
      'describing',
      'searching-duplicates',
      'comparing-pictures',
      'comparing-features',
    ],
    changes: ['projects'],
  }),
  'jobs.list': query(nothing, z.object({ jobs: z.array(anyJobSchema) }), { reads: [] }),
  /** Result of a job that has ended, typed by its entry in the contract; a cancelled job may have a partial one. */
  'jobs.result': query(jobId, z.unknown(), { reads: [] }),
  'jobs.cancel': command(jobId, nothing, { changes: [] }),
} as const;
