import { z } from 'zod';
import { devices } from './run-config';

/** What a model can compute on: never `auto`. */
export const engineDeviceSchema = z.enum(devices).exclude(['auto']);
export type EngineDevice = z.infer<typeof engineDeviceSchema>;

export const deviceInfoSchema = z.object({
  id: engineDeviceSchema,
  /** The program and what it computes on. */
  name: z.string(),
  available: z.boolean(),
  /** Why not, with what to do; or what to know of a device that is. */
  reason: z.string().nullable(),
  /** What of it nobody has tried yet. */
  untested: z.string().nullable(),
  /** Whether it trains in half precision (`precision: 'fp16'`); absent where that is never offered. */
  halfPrecision: z.object({ available: z.boolean(), reason: z.string().nullable(), untested: z.string() }).optional(),
});
export type DeviceInfo = z.infer<typeof deviceInfoSchema>;
