import { describe, expect, it } from 'vitest';
import { confusionCells } from './confusion-cells';
import { confusionSvg, confusionTable, paintCells } from './confusion-matrix';

const classes = ['benign', 'malignant', '<normal> & "odd"'];
const matrix = [
  [18, 3, 0],
  [1, 9, 0],
  [0, 0, 0],
];

describe('confusion matrix', () => {
  it('names every cell and computes shares of the row', () => {
    const cells = confusionCells(classes, matrix);
    expect(cells).toHaveLength(9);
    expect(cells[1]).toEqual({
      truth: 0,
      predicted: 1,
      count: 3,
      share: 3 / 21,
      name: 'True benign, predicted malignant: 3 images',
    });
    expect(cells[3]?.name).toBe('True malignant, predicted benign: 1 image');
    expect(cells[8]?.share).toBe(0);
  });

  it('lists the counts with row totals', () => {
    expect(confusionTable(classes, matrix).rows.map((row) => row.slice(1))).toEqual([
      [18, 3, 0, 21],
      [1, 9, 0, 10],
      [0, 0, 0, 0],
    ]);
  });

  it('shows shares, and a dash in a row without images', () => {
    const cells = paintCells(classes, matrix, 'light');
    // 3 of 21 images.
    expect(cells[1]?.shareText).toBe('14.3 %');
    expect(cells[8]?.shareText).toBe('–');
    expect(cells[0]?.outline).not.toBe(cells[1]?.outline);
  });

  it('has room for slanted labels of many classes', () => {
    const many = Array.from({ length: 14 }, (_, index) => `a class with number ${index}`);
    const svg = confusionSvg(
      'Confusion matrix',
      many,
      many.map(() => many.map(() => 1234)),
      'light',
    );
    expect(svg.match(/rotate\(-40\)/g)).toHaveLength(14);
    expect(svg).not.toContain(' %');
  });

  it.each(['dark', 'light'] as const)('writes a well-formed %s SVG with escaped labels', (scheme) => {
    const svg = confusionSvg('Confusion matrix', classes, matrix, scheme);
    expect(svg).toContain('&lt;normal&gt; &amp; &quot;');
    expect(svg).not.toContain('<normal>');
    expect(svg.match(/<rect /g)).toHaveLength(10);
    expect(svg).not.toContain('NaN');
  });
});
