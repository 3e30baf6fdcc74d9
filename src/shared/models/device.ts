import { z } from 'zod';
import { devices } from './run-config';

/** Devices that a model can run on: never `auto`. */
export const engineDeviceSchema = z.enum(devices).exclude(['auto']);
export type EngineDevice = z.infer<typeof engineDeviceSchema>;

export const deviceInfoSchema = z.object({
  id: engineDeviceSchema,
  /** The runtime and the hardware. */
  name: z.string(),
  available: z.boolean(),
  /** Why it is unavailable and what to do; or a remark on an available device. */
  reason: z.string().nullable(),
  /** What has not been tested yet. */
  untested: z.string().nullable(),
  /** Whether it trains in half precision (`precision: 'fp16'`); absent if that is never available. */
  halfPrecision: z.object({ available: z.boolean(), reason: z.string().nullable(), untested: z.string() }).optional(),
});
export type DeviceInfo = z.infer<typeof deviceInfoSchema>;
