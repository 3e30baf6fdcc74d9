import type { GraphBuilder } from '../ir/builder';
import type { Value } from '../ir/value';
import type { VitConfig } from './config';
import { embeddingName, patchEmbeddingName, positionsName } from './names';
import type { ParameterSource } from './parameters';
import { gridSize, leadingTokens, patchCount, tokenCount } from './tokens';

/**
 * Builds the embeddings, leading tokens and patches with positions: [batch x tokens, hidden]. The convolution, whose
 * stride equals its kernel size, is one Gemm over patches.
 */
export function embed(builder: GraphBuilder, config: VitConfig, parameter: ParameterSource, pixels: Value): Value {
  const { family, patchSize, channels, hiddenSize } = config;
  const batch = pixels.shape[0] as number;
  const grid = gridSize(config);
  const patchLength = channels * patchSize * patchSize;
  const covered = [2, 3].reduce((part, axis) => firstOf(builder, part, axis, grid * patchSize), pixels);
  const tiles = builder.reshape(covered, [batch, channels, grid, patchSize, grid, patchSize]);
  const patches = builder.reshape(builder.transpose(tiles, [0, 2, 4, 1, 3, 5]), [batch * grid * grid, patchLength]);
  const projected = builder.linear(
    patches,
    builder.reshape(parameter(patchEmbeddingName(family, 'weight')), [hiddenSize, patchLength]),
    parameter(patchEmbeddingName(family, 'bias')),
  );
  const sequence = padBefore(
    builder,
    builder.reshape(projected, [batch, grid * grid, hiddenSize]),
    leadingTokens(config),
  );
  const placed = builder.add(sequence, fixedTokens(builder, config, parameter));
  return builder.reshape(placed, [batch * tokenCount(config), hiddenSize]);
}

/**
 * Builds the constant added to the patches of every image: [1, tokens, hidden]. The leading tokens are added to the
 * positions, which have no batch axis: cheaper than repeating them for every image.
 */
function fixedTokens(builder: GraphBuilder, config: VitConfig, parameter: ParameterSource): Value {
  const { family, registerTokens } = config;
  const table = parameter(positionsName(family));
  const positions = builder.reshape(table, [1, ...table.shape.slice(-2)]);
  if (leadingTokens(config) === 0) return positions;
  const leading = [parameter(embeddingName(family, 'cls_token'))];
  if (family === 'deit') leading.push(parameter(embeddingName(family, 'distillation_token')));
  if (registerTokens > 0) leading.push(parameter(embeddingName(family, 'register_tokens')));
  const tokens = builder.pad(builder.concat(leading, 1), 1, 0, patchCount(config));
  if (registerTokens === 0) return builder.add(positions, tokens);
  // Registers come between CLS and the patches and have no position.
  const clsPosition = builder.pad(builder.slice(positions, 1, 0, 1), 1, 0, registerTokens);
  const patchPositions = builder.slice(positions, 1, 1, 1 + patchCount(config));
  return builder.add(builder.concat([clsPosition, patchPositions], 1), tokens);
}

/** The first `count` along an axis: x itself if there are no more. */
function firstOf(builder: GraphBuilder, x: Value, axis: number, count: number): Value {
  return x.shape[axis] === count ? x : builder.slice(x, axis, 0, count);
}

/** Adds `count` rows of zeros before the rows of every image. */
function padBefore(builder: GraphBuilder, rows: Value, count: number): Value {
  return count === 0 ? rows : builder.pad(rows, 1, count, 0);
}
