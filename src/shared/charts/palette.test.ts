import { describe, expect, it } from 'vitest';
import { chartColours, contrastRatio, sequentialBlue, seriesColour, textOn } from './palette';

describe('chart colours', () => {
  it('computes the WCAG contrast of black on white', () => {
    expect(contrastRatio('#000000', '#ffffff')).toBeCloseTo(21, 5);
    // #777777 on white is the well-known near miss of AA: 4.48.
    expect(contrastRatio('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it.each(['dark', 'light'] as const)('keeps text on every step of the %s blue scale at AA', (scheme) => {
    for (let step = 0; step <= 100; step++) {
      const background = sequentialBlue(scheme, step / 100);
      expect(contrastRatio(background, textOn(background)), `step ${step}: ${background}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(['dark', 'light'] as const)('keeps ink and lines of the %s theme readable', (scheme) => {
    const colours = chartColours(scheme);
    expect(contrastRatio(colours.text, colours.background)).toBeGreaterThanOrEqual(7);
    expect(contrastRatio(colours.dimmed, colours.background)).toBeGreaterThanOrEqual(4.5);
    // WCAG 1.4.11 asks 3:1 of graphics.
    for (let index = 0; index < 7; index++) {
      expect(contrastRatio(seriesColour(scheme, index), colours.background), `line ${index}`).toBeGreaterThanOrEqual(3);
    }
  });

  it('clamps and repeats', () => {
    expect(sequentialBlue('light', 2)).toBe(sequentialBlue('light', 1));
    expect(sequentialBlue('light', Number.NaN)).toBe(sequentialBlue('light', 0));
    expect(seriesColour('dark', 7)).toBe(seriesColour('dark', 0));
  });
});
