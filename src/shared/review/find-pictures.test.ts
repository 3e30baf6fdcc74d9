import { describe, expect, it } from 'vitest';
import { MEASURE_GRID, type PictureMeasures } from '../imaging/picture-measures';
import { createRandom } from '../imaging/random';
import { reviewFindingSchema } from '../models/review';
import { findBurnedInText } from './find-burned-in-text';
import { findOddPictures } from './find-odd-pictures';
import { findOtherModality } from './find-other-modality';
import type { MeasuredImage } from './measured-image';

const ordinary: PictureMeasures = {
  mean: 80,
  deviation: 50,
  dark: 0.02,
  bright: 0.001,
  entropy: 7.4,
  sharpness: 5.8,
  colour: 0,
  border: new Uint8Array(60),
  text: new Uint8Array(MEASURE_GRID ** 2),
};

function image(
  number: number,
  measures: Partial<PictureMeasures> = {},
  more: Partial<Omit<MeasuredImage, 'image' | 'measures'>> = {},
): MeasuredImage {
  const base = { label: 1, modality: null, kind: 'png', width: 640, height: 512, burnedIn: null } as const;
  return { image: number, ...base, ...more, measures: { ...ordinary, ...measures } };
}

/** `count` images whose measures scatter as normal distributions do, by the sum of twelve random numbers. */
function dataset(count: number, seed = 1): MeasuredImage[] {
  const random = createRandom(7, seed);
  const normal = () => Array.from({ length: 12 }, () => random.next()).reduce((sum, one) => sum + one, -6);
  return Array.from({ length: count }, (_, number) =>
    image(number, {
      mean: 80 + 20 * normal(),
      deviation: 50 + 5 * normal(),
      entropy: 7.4 + 0.25 * normal(),
      sharpness: 5.8 * Math.exp(0.2 * normal()),
    }),
  );
}

const text = (score: number, cell = 0): Partial<PictureMeasures> => ({
  text: Uint8Array.from({ length: MEASURE_GRID ** 2 }, (_, at) => (at === cell ? Math.round(255 * score) : 0)),
});

describe('findOddPictures', () => {
  it.each([
    ['blank', { deviation: 0.4, dark: 1, entropy: 0.1, sharpness: 0 }, {}],
    ['dark', { mean: 3, deviation: 9, dark: 0.97 }, {}],
    ['bright', { mean: 250, deviation: 9, bright: 0.93 }, {}],
    ['few-greys', { dark: 0.8, entropy: 0.7 }, {}],
    ['tiny', {}, { width: 800, height: 63 }],
    ['blurred', { sharpness: 0.3 }, {}],
  ])('finds an image that is %s, alone in its dataset', (kind, measures, more) => {
    const findings = findOddPictures([image(4, measures, more)]);
    expect(findings).toEqual([expect.objectContaining({ image: 4, reason: 'odd-picture', evidence: kind })]);
    expect(reviewFindingSchema.parse(findings[0]).why).toMatch(/\d/);
  });

  it('accepts images at the limits', () => {
    const limits = { deviation: 2, dark: 0.94, bright: 0.89, entropy: 1.5, sharpness: 0.024 };
    expect(findOddPictures([image(1, limits, { width: 64, height: 64 })])).toEqual([]);
    expect(findOddPictures([])).toEqual([]);
  });

  it('finds images far from the rest, with the measure that is farthest', () => {
    const images = [...dataset(300), image(900, { entropy: 5, mean: 150 }), image(901, { sharpness: 1 })];
    expect(findOddPictures(images).map(({ image, evidence }) => [image, evidence])).toEqual([
      [900, 'unlike:entropy:low'],
      [901, 'unlike:sharpness:low'],
    ]);
    expect(findOddPictures(images)[0]?.why).toMatch(
      /^The image is plainer than nearly all others: entropy 5\.0 bits, \d+\.\d deviations from the median\.$/,
    );
  });

  it('finds hardly anything in ordinary datasets of any size', () => {
    for (const [count, seed] of [
      [30, 1],
      [60, 2],
      [200, 3],
      [2000, 4],
    ] as const) {
      expect(findOddPictures(dataset(count, seed)).length).toBeLessThanOrEqual(0.02 * count);
    }
    // All alike: no deviation at all.
    expect(findOddPictures(Array.from({ length: 100 }, (_, number) => image(number)))).toEqual([]);
  });

  it('treats a larger group as another kind of image, and finds nothing in small datasets', () => {
    const images = dataset(200);
    const group = Array.from({ length: 20 }, (_, index) => image(500 + index, { entropy: 3 }));
    expect(findOddPictures([...images, ...group])).toEqual([]);
    expect(findOddPictures([...dataset(20), image(99, { entropy: 3 })])).toEqual([]);
  });

  it('adds outliers of a backbone, unless the image is odd anyway', () => {
    const images = [image(1, { deviation: 0 }), image(2), image(3)];
    const outliers = [1, 2].map((number) => ({ image: number, similarity: 0.12, far: 7.5 }));
    expect(findOddPictures(images, outliers).map(({ image, evidence }) => [image, evidence])).toEqual([
      [1, 'blank'],
      [2, 'unlike:features'],
    ]);
  });

  it('does not let blank images hide others', () => {
    const blanks = Array.from({ length: 60 }, (_, index) => image(500 + index, { deviation: 0, entropy: 0, mean: 0 }));
    const findings = findOddPictures([...dataset(100), ...blanks, image(900, { entropy: 4.5 })]);
    expect(findings).toHaveLength(61);
    expect(findings.at(-1)).toMatchObject({ image: 900, evidence: 'unlike:entropy:low' });
  });
});

describe('findOtherModality', () => {
  const of = (modality: string | null, from: number, count: number) =>
    Array.from({ length: count }, (_, index) => image(from + index, {}, { modality, kind: 'dicom' }));

  it('finds a few among nearly all', () => {
    const findings = findOtherModality([...of('US', 0, 400), ...of('MG', 400, 4), ...of('SR', 404, 1)]);
    expect(findings.map(({ image }) => image)).toEqual([400, 401, 402, 403, 404]);
    expect(findings[0]).toMatchObject({ why: '4 images are MG, 400 of 405 are US.', evidence: 'modality:MG' });
    expect(findings[4]?.why).toBe('1 image is SR, 400 of 405 are US.');
  });

  it('finds nothing if two are common, none is given, or all are alike', () => {
    expect(findOtherModality([...of('US', 0, 400), ...of('MG', 400, 5)])).toEqual([]);
    expect(findOtherModality([...of('US', 0, 9), ...of('MG', 10, 1)])).toEqual([]);
    expect(findOtherModality(of(null, 0, 50))).toEqual([]);
    expect(findOtherModality(of('US', 0, 50))).toEqual([]);
    expect(findOtherModality([])).toEqual([]);
  });

  it('counts only files that give a modality', () => {
    const findings = findOtherModality([...of(null, 0, 5000), ...of('US', 5000, 40), ...of('CT', 5040, 2)]);
    expect(findings.map(({ why }) => why)).toEqual(Array(2).fill('2 images are CT, 40 of 42 are US.'));
  });

  it('finds colour among grey, unless many are coloured', () => {
    const coloured = (count: number) =>
      Array.from({ length: count }, (_, index) => image(500 + index, { colour: 0.04 }));
    expect(findOtherModality([...dataset(200), ...coloured(4)]).map(({ evidence }) => evidence)).toEqual(
      Array(4).fill('colour'),
    );
    expect(findOtherModality([...dataset(200), ...coloured(5)])).toEqual([]);
    expect(findOtherModality(coloured(3))).toEqual([]);
    expect(findOtherModality([...dataset(200), image(900, { colour: 0.0005 })])).toEqual([]);
  });
});

describe('findBurnedInText', () => {
  const judge = (
    burnedIn: 'yes' | 'no' | null,
    modality: string | null,
    score: number,
    kind: 'dicom' | 'png' = 'dicom',
  ) => findBurnedInText([image(3, text(score), { burnedIn, modality, kind })])[0]?.evidence ?? null;

  it.each([
    ['yes', 'CT', 0, 'file:yes'],
    ['yes', 'US', 1, 'file:yes'],
    ['no', 'US', 0.88, null],
    ['no', 'US', 0.94, 'file:no text'],
    [null, 'US', 0, 'unsaid US'],
    [null, 'XA', 0.2, 'unsaid XA'],
    [null, 'OT', 0, 'unsaid OT'],
    [null, 'XC', 0, 'unsaid XC'],
    [null, 'US', 0.5, 'unsaid text'],
    [null, 'CT', 0.5, null],
    [null, 'CT', 0.75, 'unsaid text'],
    [null, null, 0, null],
  ] as const)('the file says %s, %s, text scores %f: %s', (burnedIn, modality, score, evidence) => {
    expect(judge(burnedIn, modality, score)).toBe(evidence);
  });

  it('lists PNG and JPEG only if text was found', () => {
    expect(judge(null, null, 0, 'png')).toBeNull();
    expect(judge(null, null, 0.4, 'png')).toBe('unsaid text');
  });

  it('states the place and the certainty', () => {
    const [finding] = findBurnedInText([image(3, text(0.94, 14 * MEASURE_GRID + 1))]);
    expect(reviewFindingSchema.parse(finding)).toMatchObject({
      why: 'The image seems to contain text at the lower left (score 94 of 100).',
      evidence: 'unsaid text',
    });
    expect(finding?.weight).toBeCloseTo(0.876, 2);
    expect(findBurnedInText([image(3, text(0.5), { kind: 'dicom', modality: 'US' })])[0]?.why).toBe(
      'The image seems to contain text at the upper left (score 50 of 100), and the file does not declare it.',
    );
    expect(findBurnedInText([image(3, {}, { kind: 'dicom', modality: 'US' })])[0]?.why).toBe(
      'The file does not declare burned-in text, which is common in this kind of image (US, ultrasound).',
    );
    expect(findBurnedInText([image(3, text(1, 8 * 16 + 8), { burnedIn: 'yes' })])[0]?.why).toBe(
      'The file declares burned-in text, and the image seems to contain text in the middle (score 100 of 100).',
    );
  });
});
