import { createRandom, type Random } from '#shared/imaging/random';
import { type Canvas, gaussian, type Scene, smoothStep } from './canvas';
import { functionSystem, juliaSet } from './fractals';
import { histology, landscape, pagePicture, shapesPicture, strokesPicture } from './objects';
import { boneRadiograph, chestRadiograph, crossSection, mammogram, sampleUltrasound, ultrasound } from './radiology';
import { blendedPicture, cellPicture, noisePicture, periodicPicture } from './textures';

/** Every scene with its share of the pictures. */
export const scenes: readonly (readonly [name: string, scene: Scene, share: number])[] = [
  ['ultrasound', ultrasound, 20],
  ['sample-ultrasound', sampleUltrasound, 8],
  ['chest-radiograph', chestRadiograph, 6],
  ['bone-radiograph', boneRadiograph, 5],
  ['mammogram', mammogram, 5],
  ['cross-section', crossSection, 8],
  ['histology', histology, 3],
  ['shapes', shapesPicture, 14],
  ['landscape', landscape, 4],
  ['strokes', strokesPicture, 4],
  ['page', pagePicture, 3],
  ['noise', noisePicture, 6],
  ['cells', cellPicture, 3],
  ['periodic', periodicPicture, 3],
  ['blended', blendedPicture, 3],
  ['function-system', functionSystem, 3],
  ['julia-set', juliaSet, 2],
];

/** Changes with the pictures that a seed gives: checkpoints and stored features of others are not used. */
export const PICTURES_VERSION = 1;

const HELD_OUT = 0x4e1d;

function drawScene(random: Random): Scene {
  let draw = random.next() * scenes.reduce((sum, [, , share]) => sum + share, 0);
  for (const [, scene, share] of scenes) {
    draw -= share;
    if (draw < 0) return scene;
  }
  return ultrasound;
}

/** Returns picture `index` of a seed as RGB planes [3, size, size]. */
export function drawPicture(seed: number, index: number, size: number, heldOut: boolean): Uint8Array {
  const random = createRandom(seed, heldOut ? HELD_OUT : 0, index);
  return finish(drawScene(random)(random, size), random);
}

/** Changes brightness, contrast and gamma, mirrors, tints, darkens the border, blurs, adds noise, and rounds to 8 bits. */
export function finish(canvas: Canvas, random: Random): Uint8Array {
  const { size } = canvas;
  const [contrast, brightness] = random.next() < 0.5 ? [1, 0] : [random.uniform(0.6, 1.4), random.uniform(-0.15, 0.15)];
  const gamma = random.next() < 0.7 ? 1 : 2 ** random.uniform(-0.7, 0.7);
  const noise = random.next() < 0.25 ? random.uniform(0, 0.06) : 0;
  const vignette = random.next() < 0.1 ? random.uniform(0.2, 0.8) : 0;
  const mirrored = random.next() < 0.5;
  const blurs = random.next() < 0.2 ? 1 + random.integer(3) : 0;
  const result = new Uint8Array(3 * size * size);
  for (const [channel, plane] of [canvas.red, canvas.green, canvas.blue].entries()) {
    for (let pass = 0; pass < blurs; pass += 1) blur(plane, size);
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const value = plane[row * size + (mirrored ? size - 1 - column : column)] as number;
        const toned = Math.max(0, 0.5 + contrast * (value - 0.5) + brightness);
        const [dx, dy] = [(column + 0.5) / size - 0.5, (row + 0.5) / size - 0.5];
        const shade = vignette === 0 ? 1 : 1 - vignette * smoothStep(0.35, 0.75, Math.sqrt(dx * dx + dy * dy));
        const bright = shade * (gamma === 1 ? toned : toned ** gamma) + (noise === 0 ? 0 : noise * gaussian(random));
        result[(channel * size + row) * size + column] = Math.round(255 * Math.min(1, Math.max(0, bright)));
      }
    }
  }
  return result;
}

/** Averages neighbours along rows and columns, in place: weights 1, 2, 1. */
function blur(plane: Float32Array, size: number): void {
  for (const [stride, lineStride] of [
    [1, size],
    [size, 1],
  ] as const) {
    for (let line = 0; line < size; line += 1) {
      const start = line * lineStride;
      let before = plane[start] as number;
      for (let i = 0; i < size; i += 1) {
        const at = start + i * stride;
        const here = plane[at] as number;
        const after = i === size - 1 ? here : (plane[at + stride] as number);
        plane[at] = (before + 2 * here + after) / 4;
        before = here;
      }
    }
  }
}
