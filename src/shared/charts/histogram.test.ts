import { describe, expect, it } from 'vitest';
import { type HistogramData, histogramSvg, histogramTable, layoutHistogram } from './histogram';

const data: HistogramData = {
  edges: Array.from({ length: 21 }, (_, index) => index / 20),
  series: [
    { key: 'correct', label: 'Correct', counts: Array.from({ length: 20 }, (_, bin) => (bin === 19 ? 30 : 0)) },
    {
      key: 'incorrect',
      label: 'Incorrect',
      counts: Array.from({ length: 20 }, (_, bin) => (bin >= 18 ? 1 + bin - 18 : 0)),
    },
  ],
};

describe('layoutHistogram', () => {
  const layout = layoutHistogram(data, 'Confidence', 640, 300);

  it('leaves out empty bars and stacks the rest', () => {
    expect(layout.bars.map(({ bin, series, count }) => [bin, series, count])).toEqual([
      [18, 1, 1],
      [19, 0, 30],
      [19, 1, 2],
    ]);
    const [, below, above] = layout.bars;
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeCloseTo(below?.y ?? 0, 6);
    expect((below?.height ?? 0) / (above?.height ?? 1)).toBeCloseTo(15, 6);
  });

  it('stays inside the plot', () => {
    for (const bar of layout.bars) {
      expect(bar.x).toBeGreaterThanOrEqual(layout.plot.left);
      expect(bar.x + bar.width).toBeLessThanOrEqual(layout.plot.right);
      expect(bar.y).toBeGreaterThanOrEqual(layout.plot.top - 1e-9);
    }
  });

  it('names the columns that are not empty', () => {
    expect(layout.columns.map(({ name }) => name)).toEqual([
      'Confidence 0.90 to 0.95: 1 incorrect',
      'Confidence 0.95 to 1.00: 30 correct, 2 incorrect',
    ]);
  });

  it('handles no data', () => {
    const empty = layoutHistogram({ edges: [0, 1], series: [] }, 'Confidence', 10, 10);
    expect(empty.bars).toEqual([]);
    expect(empty.ticksY.every(({ y }) => Number.isFinite(y))).toBe(true);
  });
});

it('has whole, round counts on its axis', () => {
  const highest = (count: number) => {
    const one = { edges: [0, 1], series: [{ key: 'all', label: 'All', counts: [count] }] };
    return layoutHistogram(one, 'Confidence', 640, 300).ticksY.map(({ text }) => Number(text));
  };
  expect(highest(1)).toEqual([0, 1]);
  expect(highest(3)).toEqual([0, 1, 2, 3]);
  // 9 and 120 in about four steps of 1, 2 or 5 times a power of ten.
  expect(highest(9)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(highest(33)).toEqual([0, 10, 20, 30, 40]);
  expect(highest(120)).toEqual([0, 20, 40, 60, 80, 100, 120]);
  expect(highest(1999)).toEqual([0, 500, 1000, 1500, 2000]);
});

it('draws diverging bars from a common zero line, on one scale', () => {
  const layout = layoutHistogram(data, 'Confidence', 640, 300, 'diverging');
  const [alone, up, down] = layout.bars;
  expect(alone?.y).toBeCloseTo(layout.baseline, 6);
  expect(down?.y).toBeCloseTo(layout.baseline, 6);
  expect((up?.y ?? 0) + (up?.height ?? 0)).toBeCloseTo(layout.baseline, 6);
  expect((up?.height ?? 0) / (down?.height ?? 1)).toBeCloseTo(15, 6);
  expect((down?.y ?? 0) + (down?.height ?? 0)).toBeCloseTo(layout.plot.bottom, 6);
});

it('exports a table and an SVG', () => {
  expect(histogramTable(data, 'Confidence').rows[19]).toEqual([0.95, 1, 30, 2]);
  const svg = histogramSvg('Confidence', data, 'Confidence', 'light');
  expect(svg).toContain('url(#stripes)');
  expect(svg).not.toContain('NaN');
});
