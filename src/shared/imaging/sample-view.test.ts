import { describe, expect, it } from 'vitest';
import { type Preparation, type Resample, resampleNames } from '../models/pipeline';
import { evaluationView } from './evaluation-view';
import type { Samples } from './normalise';
import { defaultPipeline } from './pipeline';
import { frameOf } from './placement';
import type { Raster } from './raster';
import { resize } from './resize';
import { sampleView } from './sample-view';
import { gradient } from './test-rasters';

function largestDifference(a: Samples, b: Samples): number {
  let largest = 0;
  for (let i = 0; i < a.data.length; i++)
    largest = Math.max(largest, Math.abs((a.data[i] as number) - (b.data[i] as number)));
  return largest;
}

/** In grey levels. Filters without a slope may take the neighbour where two pixels are equally near. */
const toleranceOf = (resample: Resample) => (resample === 'nearest' || resample === 'box' ? 12 : 2.5);

describe('sampleView', () => {
  const fits: Pick<Preparation, 'fit'>[] = [
    {},
    { fit: { kind: 'squash', height: 110, width: 110 } },
    { fit: { kind: 'shortest-edge', edge: 110 } },
    { fit: { kind: 'letterbox' } },
  ];
  const cases = fits.flatMap((fit) => resampleNames.map((resample) => ({ ...fit, resample })));

  it.each(cases)('equals the evaluation view without crop and rotation: $fit.kind $resample', (choice) => {
    for (const [width, height] of [
      [320, 256],
      [90, 130],
    ] as const) {
      const source = gradient(width, height);
      const preparation = { ...defaultPipeline(96), ...choice };
      const reference = evaluationView(source, preparation);
      const view = { ...frameOf(source, preparation), flip: false, degrees: 0 };
      const drawn = sampleView(source, view, 96, 96, choice.resample);
      expect(largestDifference(drawn, reference)).toBeLessThan(toleranceOf(choice.resample));
    }
  });

  it('equals the resize of a crop', () => {
    const source = gradient(320, 256);
    const view = { left: 31, top: 12, width: 217, height: 190, flip: false, degrees: 0 };
    const box = { left: 31, top: 12, right: 31 + 217, bottom: 12 + 190 };
    for (const resample of resampleNames) {
      const reference = resize(source, 96, 96, { resample, box });
      const drawn = sampleView(source, view, 96, 96, resample);
      expect(largestDifference(drawn, reference)).toBeLessThan(toleranceOf(resample));
    }
  });

  it('stays within 0 and 255 where a filter overshoots', () => {
    const data = Uint8Array.from({ length: 60 * 60 }, (_, i) => ((i % 60) % 20 < 10 ? 0 : 255));
    const source: Raster = { width: 60, height: 60, channels: 1, data };
    const view = { left: 0, top: 0, width: 60, height: 60, flip: false, degrees: 20 };
    for (const resample of ['bicubic', 'lanczos'] as const) {
      const drawn = sampleView(source, view, 96, 96, resample);
      expect(Math.min(...drawn.data)).toBe(0);
      expect(Math.max(...drawn.data)).toBe(255);
    }
  });

  it('flips left and right, and rotates counter-clockwise', () => {
    // A white dot right of the centre: a flip takes it left, a quarter turn counter-clockwise takes it up.
    const data = new Uint8Array(64 * 64);
    for (let y = 30; y < 34; y++) for (let x = 50; x < 54; x++) data[y * 64 + x] = 255;
    const source: Raster = { width: 64, height: 64, channels: 1, data };
    const view = { left: 0, top: 0, width: 64, height: 64, flip: false, degrees: 0 };
    const value = (v: typeof view, x: number, y: number) => sampleView(source, v, 64, 64).data[y * 64 + x] as number;
    expect(value(view, 51, 31)).toBeGreaterThan(200);
    expect(value({ ...view, flip: true }, 12, 31)).toBeGreaterThan(200);
    expect(value({ ...view, degrees: 90 }, 31, 12)).toBeGreaterThan(200);
  });

  it('is black outside the image and keeps a flat image flat inside', () => {
    const source: Raster = { width: 300, height: 200, channels: 3, data: new Uint8Array(300 * 200 * 3).fill(200) };
    const turned = sampleView(source, { left: 0, top: 0, width: 300, height: 200, flip: false, degrees: 45 }, 64, 64);
    expect(turned.data[0]).toBe(0);
    const flat = sampleView(source, { left: 0, top: 0, width: 300, height: 200, flip: true, degrees: 0 }, 64, 64);
    for (const x of flat.data) expect(Math.abs(x - 200)).toBeLessThan(1e-3);
  });
});
