import { describe, expect, it } from 'vitest';
import type { Fit } from '../models/pipeline';
import { frameOf, largestShortSide, placeImage } from './placement';

/*
 * Sizes made with transformers 5.24: get_resize_output_image_size(image, size=edge, default_to_square=False),
 * get_size_with_aspect_ratio((height, width), edge, longest) and get_image_size_for_max_height_width.
 */
describe('placeImage', () => {
  it.each<[number, number, Fit | undefined, number, number]>([
    [382, 320, { kind: 'shortest-edge', edge: 256 }, 305, 256],
    [382, 320, { kind: 'shortest-edge', edge: 518 }, 618, 518],
    [382, 320, { kind: 'shortest-edge', edge: 256, longestEdge: 300 }, 300, 251],
    [382, 320, { kind: 'letterbox' }, 223, 187],
    [320, 382, { kind: 'shortest-edge', edge: 256 }, 256, 305],
    [320, 382, { kind: 'shortest-edge', edge: 518 }, 518, 618],
    [320, 382, { kind: 'shortest-edge', edge: 256, longestEdge: 300 }, 251, 300],
    [320, 382, { kind: 'letterbox' }, 187, 223],
    [1000, 7, { kind: 'shortest-edge', edge: 256 }, 36571, 256],
    [1000, 7, { kind: 'shortest-edge', edge: 518 }, 74000, 518],
    [1000, 7, { kind: 'shortest-edge', edge: 256, longestEdge: 300 }, 300, 2],
    [1000, 7, { kind: 'letterbox' }, 224, 1],
    [64, 64, { kind: 'shortest-edge', edge: 256 }, 256, 256],
    [64, 64, { kind: 'shortest-edge', edge: 518 }, 518, 518],
    [64, 64, { kind: 'shortest-edge', edge: 256, longestEdge: 300 }, 256, 256],
    [64, 64, { kind: 'letterbox' }, 224, 224],
    [223, 1001, { kind: 'shortest-edge', edge: 256 }, 256, 1149],
    [223, 1001, { kind: 'shortest-edge', edge: 518 }, 518, 2325],
    [223, 1001, { kind: 'shortest-edge', edge: 256, longestEdge: 300 }, 67, 300],
    [223, 1001, { kind: 'letterbox' }, 49, 224],
    [421, 320, { kind: 'shortest-edge', edge: 256 }, 336, 256],
    [421, 320, { kind: 'shortest-edge', edge: 518 }, 681, 518],
    [421, 320, { kind: 'shortest-edge', edge: 256, longestEdge: 300 }, 300, 228],
    [421, 320, { kind: 'letterbox' }, 224, 170],
    [640, 512, undefined, 224, 224],
  ])('%i × %i, %o', (width, height, fit, newWidth, newHeight) => {
    const placed = placeImage({ width, height }, { width: 224, height: 224, ...(fit && { fit }) });
    expect([placed.width, placed.height]).toEqual([newWidth, newHeight]);
  });

  // transformers 5.24: center_crop of an image of 223 × 301 to 224 puts its first column at 1 and cuts 38 rows above.
  it('cuts and pads around the centre', () => {
    const fit = { kind: 'squash', width: 223, height: 301 } as const;
    expect(placeImage({ width: 10, height: 10 }, { width: 224, height: 224, fit })).toEqual({
      width: 223,
      height: 301,
      left: -1,
      top: 38,
    });
  });
});

it('frames what the network sees, in pixels of the image', () => {
  const at = (fit?: Fit) => frameOf({ width: 640, height: 512 }, { width: 224, height: 224, ...(fit && { fit }) });
  expect(at()).toEqual({ left: 0, top: 0, width: 640, height: 512 });
  expect(at({ kind: 'shortest-edge', edge: 256 })).toEqual({ left: 96, top: 32, width: 448, height: 448 });
  expect(at({ kind: 'squash', width: 256, height: 256 })).toEqual({ left: 40, top: 32, width: 560, height: 448 });
  const letterbox = at({ kind: 'letterbox' });
  expect(letterbox.top).toBeLessThan(0);
  expect([letterbox.left, letterbox.width]).toEqual([0, 640]);
});

it('knows the largest short side that it needs', () => {
  const at = (fit?: Fit) => largestShortSide({ width: 224, height: 224, ...(fit && { fit }) });
  expect([at(), at({ kind: 'letterbox' })]).toEqual([224, 224]);
  expect(at({ kind: 'squash', width: 256, height: 300 })).toBe(300);
  expect(at({ kind: 'shortest-edge', edge: 592 })).toBe(592);
});
