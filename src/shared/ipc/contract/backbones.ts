import { z } from 'zod';
import { backboneSummarySchema } from '../../models/backbone';
import { recommendationsSchema } from '../../models/recommendation';
import { command, job, query } from './entries';
import { grants, nothing } from './inputs';

export const backbonesRequests = {
  'backbones.list': query(nothing, z.object({ backbones: z.array(backboneSummarySchema) }), { reads: ['backbones'] }),
  /** `grants`: a Hugging Face folder, a zip archive of one, or its files. */
  'backbones.import': job(z.object({ grants, name: z.string().trim().min(1).optional() }), backboneSummarySchema, {
    phases: ['reading-backbone', 'copying-weights'],
    changes: ['backbones', 'settings'],
  }),
  'backbones.remove': command(z.object({ name: z.string() }), nothing, { changes: ['backbones'] }),
  'backbones.download': job(z.object({ name: z.string() }), backboneSummarySchema, {
    phases: ['downloading', 'reading-backbone'],
    changes: ['backbones', 'settings'],
  }),
  'backbones.recommend': query(nothing, recommendationsSchema, { reads: ['backbones'] }),
  /** Measures this machine again for `backbones.recommend`. */
  'backbones.measure': command(nothing, nothing, { changes: ['backbones'] }),
  /** Text of a licence or model card of a backbone on this computer. */
  'backbones.document': query(z.object({ name: z.string(), file: z.string() }), z.object({ text: z.string() }), {
    reads: ['backbones'],
  }),
} as const;
