import { z } from 'zod';
import { backboneSummarySchema } from '../../models/backbone';
import { command, job, query } from './entries';
import { nothing } from './inputs';

export const backbonesRequests = {
  'backbones.list': query(nothing, z.object({ backbones: z.array(backboneSummarySchema) }), { reads: ['backbones'] }),
  'backbones.import': command(
    z.object({ grant: z.string(), name: z.string().trim().min(1).optional() }),
    backboneSummarySchema,
    { changes: ['backbones'] },
  ),
  'backbones.remove': command(z.object({ name: z.string() }), nothing, { changes: ['backbones'] }),
  'backbones.download': job(z.object({ name: z.string() }), backboneSummarySchema, {
    phases: ['downloading'],
    changes: ['backbones'],
  }),
} as const;
