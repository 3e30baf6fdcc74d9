import { createOnnxRuntimeBackend } from '../engine/backends/onnxruntime';
import { forwardFlops } from '../engine/bench/bench';
import { measureGemmRate } from '../engine/bench/gemm-rate';
import { architectureByName } from '../engine/vit/architectures';
import type { VitConfig } from '../engine/vit/config';

/** Share of the Gemm rate that a whole step reaches: a round number below what `fovea bench` shows, so that runs end early rather than late. */
const UTILISATION = 0.5;

const rates = new Map<string, Promise<number | null>>();

/** GFLOP/s of matrix products on this device, measured once in the life of this process; null where it cannot run. */
export function gemmRate(device: 'cpu' | 'webgpu', threads: number): Promise<number | null> {
  const key = `${device} ${threads}`;
  const known = rates.get(key);
  if (known !== undefined) return known;
  const probe = architectureByName('vit-micro', ['a', 'b']) as VitConfig;
  const measured = measureGemmRate(createOnnxRuntimeBackend({ device, threads }), probe, 8).catch(() => null);
  rates.set(key, measured);
  return measured;
}

export interface Work {
  readonly config: VitConfig;
  readonly trainable: 'all' | 'head';
  readonly epochs: number;
  readonly trainImages: number;
  readonly validationImages: number;
}

/** FLOPs of a run: three forward passes' worth for each image that is trained on, one for each that is looked at. */
export function runFlops({ config, trainable, epochs, trainImages, validationImages }: Work): number {
  const forward = forwardFlops(config);
  // A frozen backbone sees each image once; the head's own work is nothing beside that.
  if (trainable === 'head') return forward * (trainImages + validationImages);
  return epochs * forward * (3 * trainImages + validationImages);
}

/** Seconds that a run will take, from a short measurement of the device; null where the device cannot be measured. */
export async function estimateSeconds(work: Work, device: 'cpu' | 'webgpu', threads: number): Promise<number | null> {
  const rate = await gemmRate(device, threads);
  return rate === null ? null : runFlops(work) / (rate * 1e9 * UTILISATION);
}
