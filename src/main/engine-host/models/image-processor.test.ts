import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageProcessor } from './image-processor';

/*
 * The reference is transformers 5.24: AutoImageProcessor.from_pretrained on a folder with these files and a ViT's
 * config.json, both backends (PIL and torchvision). Where they disagree or fail, Fovea refuses.
 */

let root: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-processor-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function read(preprocessor: unknown, processor?: unknown, modelType = 'vit') {
  const folder = mkdtempSync(join(root, `${count++}-`));
  const write = (name: string, value: unknown) =>
    value !== undefined && writeFileSync(join(folder, name), JSON.stringify(value));
  write('preprocessor_config.json', preprocessor);
  write('processor_config.json', processor);
  return readImageProcessor(folder, readdirSync(folder), modelType);
}
const vit = { image_processor_type: 'ViTImageProcessor', size: { height: 16, width: 16 }, resample: 2 };
const grey = (value: number) => [value, value, value];

describe('a preprocessor config that transformers reads', () => {
  it.each([
    ['one number for all channels', { ...vit, image_mean: 0.5, image_std: 0.229 }, 1 / 255, grey(0.5), grey(0.229)],
    ['a list of one', { ...vit, image_mean: [0.4], image_std: [0.2] }, 1 / 255, grey(0.4), grey(0.2)],
    ['no values: those of its class', vit, 1 / 255, grey(0.5), grey(0.5)],
    ['no values of DeiT', { image_processor_type: 'DeiTImageProcessor' }, 1 / 255, grey(0.5), grey(0.5)],
    // A black pixel becomes (0 - 123.7) / 58.4 = -2.118150, as there.
    [
      'values of the range 0 to 255',
      { ...vit, do_rescale: false, image_mean: grey(123.7), image_std: grey(58.4) },
      1,
      grey(123.7),
      grey(58.4),
    ],
    // A white one becomes 2 / 0.5 - 1 = 3, as there.
    ['another factor', { ...vit, rescale_factor: 1 / 127.5 }, 1 / 127.5, grey(0.5), grey(0.5)],
    ['no normalisation', { ...vit, do_normalize: false, image_mean: null, image_std: null }, 1 / 255, grey(0), grey(1)],
  ])('%s', async (_, preprocessor, rescaleFactor, mean, std) => {
    expect(await read(preprocessor)).toMatchObject({ rescaleFactor, mean, std, file: 'preprocessor_config.json' });
  });

  it('is taken from the nested processor_config.json first', async () => {
    const own = { ...vit, image_mean: grey(0.1), image_std: grey(0.5) };
    const nested = { image_processor: { ...vit, image_mean: grey(0.2), image_std: grey(0.5) }, processor_class: 'X' };
    expect(await read(own, nested)).toMatchObject({ mean: grey(0.2), file: 'processor_config.json' });
    expect(await read(undefined, nested)).toMatchObject({ mean: grey(0.2), file: 'processor_config.json' });
    // A flat one is that of a tokenizer or a video: transformers does not read it.
    expect(await read(own, { ...vit, image_mean: grey(0.3) })).toMatchObject({
      mean: grey(0.1),
      file: 'preprocessor_config.json',
    });
  });
});

describe('invalid values', () => {
  it.each([
    ['two values', { ...vit, image_mean: [0.5, 0.4], image_std: [0.2, 0.3] }, 'image_mean'],
    ['null', { ...vit, image_mean: null, image_std: null }, 'image_mean'],
    ['strings', { ...vit, image_mean: ['0.5', '0.5', '0.5'] }, 'image_mean'],
    ['a table', { ...vit, image_std: { r: 1 } }, 'image_std'],
    ['0 to 255 beside a rescale to 1', { ...vit, image_mean: grey(123.7), image_std: grey(58.4) }, '123.7'],
    ['0 to 1 without a rescale', { ...vit, do_rescale: false }, '0.5'],
    ['a huge mean', { ...vit, image_mean: 1e30 }, '1e+30'],
    ['a tiny deviation', { ...vit, image_std: 1e-300 }, '1e-300'],
    ['no deviation', { ...vit, image_std: [0.2, 0, 0.2] }, '0.2, 0, 0.2'],
    ['a negative one', { ...vit, image_std: -0.5 }, '-0.5'],
    ['a factor of text', { ...vit, rescale_factor: '1/255' }, 'rescale_factor'],
    ['a switch of text', { ...vit, do_rescale: 'yes' }, 'do_rescale'],
    ['raw pixels', { ...vit, do_rescale: false, do_normalize: false }, 'neither rescaled nor normalised'],
    ['a class of its own without values', { image_processor_type: 'OwnImageProcessor' }, 'its class'],
    ['a list', [1, 2], 'not a JSON object'],
  ])('are rejected with the field: %s', async (_, preprocessor, word) => {
    await expect(read(preprocessor)).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: expect.stringContaining(word),
    });
  });
});

describe('size, crop and resampling', () => {
  const bit = 'BitImageProcessor';
  const square = (side: number, resample = 'bilinear') => ({ height: side, width: side, resample });
  it.each<[string, Record<string, unknown>, object | null, string?]>([
    ['a square', vit, square(16)],
    ['nothing but a class', { image_processor_type: 'ViTImageProcessor' }, square(224)],
    ['one number of a class that squashes', { feature_extractor_type: 'ViTFeatureExtractor', size: 384 }, square(384)],
    [
      'one number of a class that keeps the aspect',
      { image_processor_type: 'CLIPImageProcessor', size: 256, crop_size: 224 },
      { ...square(224, 'bicubic'), fit: { kind: 'shortest-edge', edge: 256 } },
    ],
    [
      'nothing but DeiT',
      { image_processor_type: 'DeiTImageProcessor' },
      { ...square(224, 'bicubic'), fit: { kind: 'squash', height: 256, width: 256 } },
    ],
    [
      'no class: that of the model type',
      { size: { shortest_edge: 256 } },
      { ...square(224, 'bicubic'), fit: { kind: 'shortest-edge', edge: 256 } },
      'dinov2',
    ],
    ['a fast class of SigLIP', { image_processor_type: 'SiglipImageProcessorFast' }, square(224, 'bicubic')],
    ['a pair', { ...vit, size: [96, 96], resample: 1 }, square(96, 'lanczos')],
    ['null as if absent', { ...vit, size: null, resample: null, do_center_crop: null }, square(224)],
    [
      'a longest edge too',
      { image_processor_type: bit, size: { shortest_edge: 256, longest_edge: 400 }, resample: 0 },
      { ...square(224, 'nearest'), fit: { kind: 'shortest-edge', edge: 256, longestEdge: 400 } },
    ],
    [
      'a frame to fill with black',
      { image_processor_type: bit, size: { max_height: 224, max_width: 224 } },
      { ...square(224, 'bicubic'), fit: { kind: 'letterbox' } },
    ],
    [
      'ConvNext below 384',
      { image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: 224 } },
      { ...square(224, 'bicubic'), fit: { kind: 'shortest-edge', edge: 256 } },
    ],
    ['ConvNext from 384 on', { image_processor_type: 'ConvNextImageProcessor' }, square(384, 'bicubic')],
    ['no resize', { ...vit, do_resize: false }, null],
    ['no square', { ...vit, size: { height: 20, width: 30 } }, null],
  ])('%s', async (_, preprocessor, geometry, modelType) => {
    expect((await read(preprocessor, undefined, modelType)).geometry).toEqual(geometry);
  });

  it.each([
    ['a size of two kinds', { ...vit, size: { shortest_edge: 300, height: 2 } }, 'size'],
    ['a size of none', { ...vit, size: { min_pixels: 1, max_pixels: 9 } }, 'size'],
    ['a negative size', { ...vit, size: -224 }, 'size'],
    ['a huge size', { ...vit, size: { height: 1e9, width: 1e9 } }, 'size'],
    ['a text', { ...vit, size: '224' }, 'size'],
    ['a crop of nothing', { ...vit, do_center_crop: true, crop_size: 0 }, 'crop_size'],
    ['a crop by its edge', { ...vit, do_center_crop: true, crop_size: { shortest_edge: 2 } }, 'crop_size'],
    ['a filter of none', { ...vit, resample: 9 }, 'resample'],
  ])('is rejected: %s', async (_, preprocessor, word) => {
    await expect(read(preprocessor)).rejects.toMatchObject({
      code: 'backbone_invalid',
      message: expect.stringContaining(word),
    });
  });
});

it('are reported when assumed or handled differently', async () => {
  expect((await read(undefined)).notes).toEqual([
    'The checkpoint has no preprocessor_config.json: a mean and standard deviation of 0.5 are assumed.',
  ]);
  expect((await read(vit)).notes).toEqual([]);
  expect((await read({ ...vit, size: { shortest_edge: 16 } })).notes).toEqual([
    'The checkpoint does not cut images to a square. Fovea gives the network the square at their centre.',
  ]);
  expect((await read({ ...vit, do_resize: false })).notes).toEqual([
    "The checkpoint does not resize images (do_resize). Fovea resizes them to the network's size.",
  ]);
});
