import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeErrorInfo } from './decode-error';
import { ingestFile } from './ingest-file';
import { inspectFile } from './inspect-file';
import { sharedData } from './test-support/shared-data';

/**
 * [mean of the 8-bit image, frames, expected notes]. Means from DCMTK 3.6.7 (`dcmj2pnm`) on the file itself if it reads
 * it correctly, else on a copy without the oddity; an empty list: no notes at all.
 */
type Right = readonly [mean: number, frames: number, notes: readonly RegExp[]];

const comma = /decimal comma/;
const noWindow = /windows? of the file.* not used/;
const width800 = 230.1;
const fullRange = 127.5;

const right: Readonly<Record<string, Readonly<Record<string, Right>>>> = {
  'decimal-comma': {
    comma: [191.4, 1, [comma]],
    comma_big: [182.45, 1, [comma]],
    comma_nowindow: [fullRange, 1, [comma]],
    comma_small: [211.65, 1, [comma]],
    point: [191.4, 1, []],
  },
  strings: {
    ref_400_800: [width800, 1, []],
    plus: [width800, 1, []],
    exp: [width800, 1, []],
    nul: [width800, 1, []],
    tab: [width800, 1, []],
    exp_comma: [width800, 1, [comma]],
    centers3_width1: [width800, 1, [/3 windows of the file, numbers 2 and 3 were not used: no usable width/]],
    first_empty: [width800, 1, [/2 windows of the file, number 1 was not used: no usable centre and no usable width/]],
    center_only: [fullRange, 1, [noWindow]],
    units: [width800, 1, [/a unit/]],
    brackets: [width800, 1, [/brackets/]],
    brackets2: [width800, 1, [/list in brackets/]],
    fullwidth: [width800, 1, [/another script/]],
    minus_unicode: [width800, 1, [/Rescale Intercept .* another script/]],
    thousands: [180.26, 1, [/thousands/]],
    thousands_en: [180.26, 1, [/thousands/]],
    garbage_tail: [fullRange, 1, [/Window Center is not a number/, noWindow]],
    slash: [fullRange, 1, [/Window Width is not a number/]],
    nan: [fullRange, 1, [/Rescale Slope is not a number/, /Window Center is not a number/]],
    inf: [fullRange, 1, [/Window Width is not a number/]],
    hex: [width800, 1, [/Rescale Slope is not a number/]],
    slope_garbage: [width800, 1, [/Rescale Slope is not a number/]],
    slope_half_garbage: [width800, 1, [/Rescale Slope is not a number/]],
    slope_inf: [width800, 1, [/Rescale Slope is not a number/]],
    slope_empty_inter: [228.6, 1, [/no usable Rescale Slope/]],
    two_slopes: [width800, 1, [/Rescale Slope has several values/]],
    vr_FD: [191.4, 1, [/stored as FD instead of DS/]],
    vr_US_window: [width800, 1, [/stored as US instead of DS/]],
    frames_2_4: [fullRange, 1, [/Number of Frames is not a whole number/]],
    frames_exp: [fullRange, 1, [/exponent/]],
    frames_float: [fullRange, 1, [/decimal point/]],
    frames_neg: [fullRange, 1, [/below 1/]],
    frames_text: [fullRange, 1, [/Number of Frames is not a number/]],
    pal_12bit_desc: [127.5, 1, []],
    pal_const_dark16: [42.5, 1, []],
    // Fovea's means: DCMTK displays black, and only red of the mixed one.
    pal_dark_image16: [127.5, 1, [/palette entries differs/]],
    pal_mixed_desc: [106.17, 1, [/palette entries differs/]],
  },
  'small-slopes-and-windows': {
    'slope0.01': [fullRange, 1, []],
    'slope2.87e-6': [fullRange, 1, []],
    'slope2.87E-06cap': [fullRange, 1, []],
    slope_neg: [fullRange, 1, []],
    slope0: [fullRange, 1, [/Rescale Slope is 0/]],
    'slope1e-4_win0.2_0.3_LINEAR': [fullRange, 1, [/1 or more for LINEAR/]],
    'slope1e-4_win0.2_0.3_EXACT': [130.46, 1, []],
    'slope1e-4_win0.2_0.3_SIGMOID': [130.1, 1, []],
    win_width0: [fullRange, 1, [/1 or more for LINEAR/]],
    win_width1: [130.49, 1, []],
    win_widthneg: [fullRange, 1, [/1 or more for LINEAR/]],
  },
  palette: {
    desc16_data16: [106.17, 1, []],
    desc8_data8: [106.17, 1, []],
    desc8_data16low: [106.17, 1, []],
    desc8_data16rep: [106.17, 1, [/palette entries differs/]],
    desc8_data16: [106.17, 1, [/palette entries differs/]],
    desc16_bluesmall: [85, 1, []],
    desc16_data16low: [106.17, 1, [/palette entries differs/]],
  },
  'presentation-lut-shape': {
    MONOCHROME1_IDENTITY: [fullRange, 1, [/contradicts .* shown as MONOCHROME1/]],
    MONOCHROME1_INVERSE: [fullRange, 1, []],
    MONOCHROME2_IDENTITY: [fullRange, 1, []],
    MONOCHROME2_INVERSE: [fullRange, 1, [/contradicts .* shown as MONOCHROME2/]],
  },
  'number-of-frames': {
    says5: [191.25, 5, []],
    says3: [191.25, 3, [/is 3, but the pixel data contains 5/]],
    says3_bot: [191.25, 3, [/is 3, but the pixel data contains 5/]],
    says1_bot: [191.25, 1, [/is 1, but the pixel data contains 5/]],
    says7: [191.25, 5, [/is 7, but the pixel data contains 5/]],
    absent: [191.25, 5, [/no value; the pixel data contains 5/]],
    absent_bot: [191.25, 5, [/no value; the pixel data contains 5/]],
    native_says3: [0, 3, [/is 3, but the pixel data contains 5/]],
    native_says7: [0, 5, [/is 7, but the pixel data contains 5/]],
    native_absent: [0, 5, [/no value; the pixel data contains 5/]],
  },
  'pixel-data-length': {
    good: [fullRange, 1, []],
    plus8: [fullRange, 1, [/8 bytes longer than the file/]],
    plus8_implicit: [fullRange, 1, [/8 bytes longer than the file/]],
    plus1000: [fullRange, 1, [/1000 bytes longer than the file/]],
    plus2_pad_follows: [fullRange, 1, [/2 bytes longer than the image/, /after the image data/]],
  },
};

describe.each(Object.entries(right))('after public reports: %s', (folder, files) => {
  const { path, missing, why } = sharedData(`reports/${folder}`);

  test.skipIf(missing)(`the right image and notes, the same in inspect and import${why}`, async () => {
    for (const [name, [mean, frames, notes]] of Object.entries(files)) {
      const file = join(path, `${name}.dcm`);
      const seen = await inspectFile(file, false);
      expect(seen.error, name).toBeUndefined();
      expect(Math.abs((seen.display?.mean ?? 0) - mean), `${name}: mean ${seen.display?.mean}`).toBeLessThan(0.06);
      expect(seen.frames, name).toBe(frames);
      for (const note of notes) expect(seen.warnings.join('\n'), name).toMatch(note);
      if (notes.length === 0) expect(seen.warnings, name).toEqual([]);
      const { facts } = await ingestFile(file, { kind: 'auto' }, 512);
      expect([facts.frames, facts.warnings, facts.window], name).toEqual([frames, seen.warnings, seen.display?.window]);
    }
  });

  test.skipIf(missing)(`no other file of the folder ends in an unexpected error${why}`, async () => {
    for (const name of readdirSync(path)) {
      const seen = await inspectFile(join(path, name), false);
      if (!seen.ok) expect([name, seen.error?.code]).toEqual(['minus2.dcm', 'damaged']);
    }
  });
});

const { path, missing, why } = sharedData('reports/pixel-data-length');
test.skipIf(missing)(`pixel data that are too short are rejected, and not called truncated${why}`, async () => {
  const refused = ingestFile(join(path, 'minus2.dcm'), { kind: 'auto' }, 512).catch(decodeErrorInfo);
  expect(await refused).toMatchObject({
    code: 'damaged',
    message: 'The pixel data is too short for the image: only 8190 of 8192 bytes are present.',
  });
});
