import type { MapChoice } from '#shared/imaging/attention-overlay';
import { FoveaError } from '#shared/ipc/errors';
import type { AttentionMaps, AttentionShape } from '#shared/models/attention';

/** Reads the resource: little-endian float32, layers × heads × grid, then the rollout's grid. */
export function parseAttention(bytes: ArrayBuffer, shape: AttentionShape): AttentionMaps {
  const cells = shape.gridHeight * shape.gridWidth;
  const maps = shape.layers * shape.heads * cells;
  if (cells <= 0 || bytes.byteLength !== (maps + cells) * 4) {
    throw new FoveaError('bad_attention', 'The attention map of this image is corrupt.', {
      hint: 'Run the prediction again.',
    });
  }
  const view = new DataView(bytes);
  const read = (start: number, count: number) =>
    Float32Array.from({ length: count }, (_, index) => view.getFloat32((start + index) * 4, true));
  return { ...shape, rows: read(0, maps), rollout: read(maps, cells) };
}

/** `Layer 12, mean of 3 heads`, `Layer 4, head 2`, `Rollout over 12 layers`. Numbers start at 1. */
export function describeChoice(shape: AttentionShape, choice: MapChoice): string {
  if (choice.kind === 'rollout') return `Rollout over ${shape.layers} layers`;
  const part = choice.head === null ? `mean of ${shape.heads} heads` : `head ${choice.head + 1}`;
  return `Layer ${choice.layer + 1}, ${part}`;
}

/** Adapts a choice to another model's layers and heads: its last layer, the mean over heads. */
export function fitChoice(shape: AttentionShape, choice: MapChoice): MapChoice {
  if (choice.kind === 'rollout') return choice;
  const layer = Math.min(choice.layer, shape.layers - 1);
  return { kind: 'layer', layer, head: choice.head !== null && choice.head < shape.heads ? choice.head : null };
}
