import { z } from 'zod';
import { backboneSummarySchema } from '../../models/backbone';
import { REDUCED_STUDENT } from '../../models/distillation';
import { job } from './entries';
import { project } from './inputs';

export const distillationsRequests = {
  /**
   * Trains a small student to imitate a teacher on the project's images, and installs it as a backbone. A cancelled one
   * is continued by the same request.
   */
  'distillations.start': job(
    project.extend({
      /** Name of a pretrained backbone on this computer. */
      teacher: z.string(),
      student: z.string().default(REDUCED_STUDENT),
      name: z.string().trim().min(1).max(100),
      minutes: z
        .number()
        .positive()
        .max(7 * 24 * 60),
    }),
    z.object({
      backbone: backboneSummarySchema,
      /** Images that it was trained on. */
      images: z.number().int(),
      steps: z.number().int(),
      seconds: z.number(),
      /** Mean squared errors of standardised features on images not trained on: 1 for a constant prediction. */
      errors: z.object({ cls: z.number(), patches: z.number(), mean: z.number() }).nullable(),
    }),
    { phases: ['reading-images', 'reading-backbone', 'measuring-speed', 'distilling'], changes: ['backbones'] },
  ),
} as const;
