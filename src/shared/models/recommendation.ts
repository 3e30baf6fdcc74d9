import { z } from 'zod';
import { backboneSummarySchema } from './backbone';
import { engineDeviceSchema } from './device';

export const recommendationSchema = z.object({
  /** `fast`: results soon; `better`: usually more accurate; `medical`: learned from medical images. */
  role: z.enum(['fast', 'better', 'medical']),
  backbone: backboneSummarySchema,
  /** Estimated seconds for the features of 1,000 images on this machine; null if its speed is unknown. */
  secondsPerThousand: z.number().nullable(),
});
export type Recommendation = z.infer<typeof recommendationSchema>;

export const recommendationsSchema = z.object({
  machine: z.object({
    cores: z.number().int(),
    memoryMB: z.number(),
    /** Names of the graphics cards; none if the processor is all there is. */
    graphicsCards: z.array(z.string()),
    /** The device that runs use by default. */
    device: engineDeviceSchema,
    /** Measured rate that a network reaches there, in GFLOP/s; null if it could not be measured. */
    gflops: z.number().nullable(),
  }),
  recommendations: z.array(recommendationSchema),
  /** Seconds for the features of 1,000 images by backbone; without those whose speed is unknown. */
  secondsPerThousand: z.record(z.string(), z.number()),
});
export type Recommendations = z.infer<typeof recommendationsSchema>;
