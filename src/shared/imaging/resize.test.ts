import { describe, expect, it } from 'vitest';
import { resampleNames } from '../models/pipeline';
import { resize, resizeBilinear } from './resize';
import { sha256Hex } from './sha256';
import { noise } from './test-rasters';

describe('resize', () => {
  // SHA-256 of `Image.fromarray(noise).resize(size, resample, box).tobytes()` in Pillow 13.0, bilinear first.
  it.each([
    [640, 512, 3, 224, 224, undefined, '6b709b0e2aa9bda7ba29220da2c5f033d1071f37718c0412d660ffb6150361ca'],
    [37, 53, 1, 224, 224, undefined, '031f774f79ab26c2ccf08735f2c44ae5e0bcab1905e14093339f72ffd298e783'],
    [301, 299, 1, 97, 61, undefined, '4247ad0b26f9a621c17dbd9d1834e475e1a3c31f6e2c7d05c47344ea8a5df570'],
    [512, 400, 3, 96, 96, [13, 27, 481, 390], 'd7ff248a4147b1a96f4a88779f6e8657ded4f421d9fbb00598a554ae5fb81d59'],
    [100, 80, 1, 50, 80, [10.25, 0, 90.75, 80], '729738e0e036a7e13242a1e909c4fa9461dbafc5c4b748fb50b75c56b8928ced'],
    [224, 224, 3, 224, 100, undefined, 'cb55f92089f5cc37ad74dec428972ffc8778ea36d33a1ef820881c1a921f644a'],
  ] as const)('%i × %i × %i to %i × %i matches Pillow byte for byte', (w, h, channels, width, height, box, hash) => {
    const area = box && { left: box[0], top: box[1], right: box[2], bottom: box[3] };
    const resized = resizeBilinear(noise(w, h, channels), width, height, area);
    expect([resized.width, resized.height, resized.channels]).toEqual([width, height, channels]);
    expect(sha256Hex(resized.data)).toBe(hash);
  });

  it.each([
    ['nearest', 640, 512, 3, 224, 224, undefined, '45b4e58855c1c4e772d9d46afeeb2531245d3504604c519b25d74e46dc49305a'],
    ['nearest', 37, 53, 1, 224, 224, undefined, 'bf7d8dd645d456c71bcfcf7a5763bcfe8a6174ba653166640b3d2718e0c9c7c0'],
    ['nearest', 301, 299, 1, 97, 61, undefined, '5e8eb73a18f8081febd29a85b213c8295ee1fbce7b72dd0b59e6e04912efd4cf'],
    [
      'nearest',
      512,
      400,
      3,
      96,
      96,
      [13, 27, 481, 390],
      'e249b1df94c1d72fabe1642568c5e8af9c9c83931989b385620ba3dd3b4399db',
    ],
    ['lanczos', 640, 512, 3, 224, 224, undefined, '782af9f1fb6f29ca4cd812c164295af8fb65684db71e5edec87cfb66cbe8fbc8'],
    ['lanczos', 37, 53, 1, 224, 224, undefined, '8e16ee79c27d049a5bf52e6180afcadd1a5b5cb3d65b1296e3cb3622014e90af'],
    [
      'lanczos',
      512,
      400,
      3,
      96,
      96,
      [13, 27, 481, 390],
      'd5568c88d020c88fac73aab3e4481a7068646d63a703080ed04017f5d6999aa0',
    ],
    ['bicubic', 640, 512, 3, 224, 224, undefined, 'a764dc9a6c69a6cd4ff9425789aaba190a68717e87b12fe1756c8059d8a8ee14'],
    ['bicubic', 37, 53, 1, 224, 224, undefined, '01dfa4af962580ceb12c68adeeaf78e425f897e3c64b79d697a7b5ec5c2b0b0a'],
    ['bicubic', 301, 299, 1, 97, 61, undefined, '656b240bb2de7484ebab5e6d4de06953c2c05e2242618554f5eb6e9ebe902cb5'],
    [
      'bicubic',
      512,
      400,
      3,
      96,
      96,
      [13, 27, 481, 390],
      '94a8fb56d8b917c0e67708ec678b730e613906ca9ef30973203888c330f8994e',
    ],
    ['bicubic', 224, 224, 3, 224, 100, undefined, '800abafbe375dfd7a3fd63f4ae0796e96bf38bc76976e63fbf92132c19a92436'],
    ['box', 640, 512, 3, 224, 224, undefined, '0a04e4287f2b264fdea614c35a0d7854b0bc646421904f30f798d31f4cc53f1d'],
    ['box', 301, 299, 1, 97, 61, undefined, '41a87c589c5814569d2ce79c950bb93f7956ec1b309d94a698914dbd4346afcf'],
    [
      'box',
      512,
      400,
      3,
      96,
      96,
      [13, 27, 481, 390],
      'b525cc857492e83a016c5dfa2f3f20ac5f62436010cdf004675cb96ddcbe4ce4',
    ],
    ['hamming', 640, 512, 3, 224, 224, undefined, '5bfe14610be5b6972e3380011770ff014d7b117a67854568a67ace19c2f870de'],
    ['hamming', 37, 53, 1, 224, 224, undefined, '297ec2576fabdb20080649e620612b68a6080356a06692afc97fe07f59bf917b'],
    [
      'hamming',
      512,
      400,
      3,
      96,
      96,
      [13, 27, 481, 390],
      'ce1fbce3610ff70c8a168e305d54791d7ddce6a2ee586353b656e7c2758d6791',
    ],
  ] as const)('%s, %i × %i × %i to %i × %i', (resample, w, h, channels, width, height, box, hash) => {
    const area = box && { left: box[0], top: box[1], right: box[2], bottom: box[3] };
    expect(sha256Hex(resize(noise(w, h, channels), width, height, { resample, box: area }).data)).toBe(hash);
  });

  it.each(resampleNames)('computes a part as it is in the whole (%s)', (resample) => {
    const source = noise(75, 60, 3);
    for (const [width, height] of [
      [50, 40],
      [75, 90],
    ] as const) {
      const window = { left: 7, top: 9, width: 31, height: 22 };
      const whole = resize(source, width, height, { resample });
      const part = resize(source, width, height, { resample, window });
      const expected = new Uint8Array(part.data.length);
      for (let y = 0; y < window.height; y++) {
        const from = ((window.top + y) * width + window.left) * 3;
        expected.set(whole.data.subarray(from, from + window.width * 3), y * window.width * 3);
      }
      expect([part.width, part.height, part.data]).toEqual([31, 22, expected]);
    }
    const outside = { left: 20, top: 0, width: 31, height: 22 };
    expect(() => resize(source, 50, 40, { resample, window: outside })).toThrow(RangeError);
  });

  it('copies at the same size, and rejects a box outside', () => {
    const source = noise(20, 10, 1);
    const same = resizeBilinear(source, 20, 10);
    expect(same.data).toEqual(source.data);
    expect(same.data).not.toBe(source.data);
    expect(() => resizeBilinear(source, 5, 5, { left: 0, top: 0, right: 21, bottom: 10 })).toThrow(RangeError);
  });
});
