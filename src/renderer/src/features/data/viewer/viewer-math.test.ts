import { describe, expect, it } from 'vitest';
import { dragWindow, fitView, stepFrame, wheelFactor, zoomAt } from './viewer-math';

describe('viewer', () => {
  it('fits the longer side and centres the other', () => {
    expect(fitView({ width: 400, height: 200 }, { width: 200, height: 200 })).toEqual({ scale: 0.5, x: 0, y: 50 });
    expect(fitView({ width: 0, height: 0 }, { width: 200, height: 200 })).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it('keeps the point under the pointer when zooming', () => {
    const view = { scale: 0.5, x: 10, y: 20 };
    const zoomed = zoomAt(view, 2, 60, 70, 0.5);
    expect(zoomed.scale).toBe(1);
    expect((60 - zoomed.x) / zoomed.scale).toBeCloseTo((60 - view.x) / view.scale, 10);
    expect((70 - zoomed.y) / zoomed.scale).toBeCloseTo((70 - view.y) / view.scale, 10);
  });

  it('limits the zoom', () => {
    expect(zoomAt({ scale: 20, x: 0, y: 0 }, 10, 0, 0, 1).scale).toBe(32);
    expect(zoomAt({ scale: 1, x: 0, y: 0 }, 0.01, 0, 0, 1).scale).toBe(0.25);
    expect(wheelFactor(-100) * wheelFactor(100)).toBeCloseTo(1, 12);
  });

  it('steps through frames and stops at the ends', () => {
    expect([stepFrame(0, 1, 3), stepFrame(2, 1, 3), stepFrame(1, -5, 3)]).toEqual([1, 2, 0]);
  });

  it('moves window and level through the range of the image in 300 pixels', () => {
    const range = { min: 0, max: 3000 };
    expect(dragWindow({ center: 1500, width: 1000 }, 30, -60, range)).toEqual({ center: 900, width: 1300 });
    expect(dragWindow({ center: 1500, width: 10 }, -100, 0, range).width).toBeGreaterThan(0);
    expect(dragWindow({ center: 0, width: 3000 }, 0, -1e6, range).center).toBe(-3000);
    const small = dragWindow({ center: 0.5, width: 1 }, 3, 3, { min: 0, max: 1 });
    expect(small.width).toBeCloseTo(1.01, 6);
    expect(small.center).toBeCloseTo(0.51, 6);
  });
});
