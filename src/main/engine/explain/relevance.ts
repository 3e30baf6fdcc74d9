import { backward } from '../autodiff/backward';
import type { Backend } from '../backends/backend';
import { GraphBuilder } from '../ir/builder';
import type { Graph } from '../ir/graph';
import type { Value } from '../ir/value';
import type { NamedTensors, Tensor } from '../tensor';
import { feedParameters } from '../train/feed-parameters';
import { padRows } from '../train/micro-batch';
import { inputNames } from '../train/program-names';
import { declareParameters, type ParameterLayout } from '../train/programs';
import type { VitConfig } from '../vit/config';
import { buildVit } from '../vit/forward';
import { parameterGroups } from '../vit/parameters';
import { explainedTokens, leadingTokens, patchCount, tokenCount } from '../vit/tokens';

export interface RelevanceOptions {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  /** Images per run; shorter batches are padded. */
  readonly batch: number;
}

/** How much each patch contributes to a class. */
export interface Relevance {
  /**
   * @param pixels [count, 3, size, size], normalised; `count` from 1 to `batch`
   * @param classes [count]: the class to explain, for each image
   * @returns [count, patches], none negative
   */
  run(pixels: Float32Array, classes: Int32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

const SELECTION = 'selection';

/**
 * Class-specific relevance (Chefer et al. 2021, "Generic attention-model explainability", for self-attention). Unlike
 * rollout, it explains one class: with A the attention of a block and y_c the logit of the class,
 *
 *   R = I;  for each block  R += mean over heads of max(0, dy_c/dA A) R
 *
 * and the result is the CLS row of R, or without CLS the mean of its rows, without CLS and the other leading tokens.
 *
 * @throws FoveaError `weights-mismatch`, `device-failed`
 */
export async function createRelevance(
  backend: Backend,
  { config, parameters, batch }: RelevanceOptions,
): Promise<Relevance> {
  const fed = await feedParameters(backend, parameterGroups(config), parameters);
  const program = await backend.compile(buildRelevanceProgram(config, batch, fed.layout), new Set(), fed.constants);
  const { channels, imageSize } = config;
  const imageElements = channels * imageSize * imageSize;
  return {
    run: async (pixels, classes) => {
      const selection = new Float32Array(batch * config.classes.length);
      for (const [row, index] of classes.entries()) selection[row * config.classes.length + index] = 1;
      const { host } = await program.run(
        new Map([
          ...fed.tensors,
          [
            inputNames.pixels,
            {
              shape: [batch, channels, imageSize, imageSize],
              data: padRows(pixels, classes.length, batch, imageElements),
            },
          ],
          [SELECTION, { shape: [batch, config.classes.length], data: selection }],
        ]),
      );
      return (host.get('relevance') as Tensor).data.subarray(0, classes.length * patchCount(config));
    },
    dispose: async () => {
      await program.dispose();
      await fed.release();
    },
  };
}

/** pixels, selection [batch, classes] with a 1 for the class to explain, parameters -> relevance [batch, patches] */
function buildRelevanceProgram(config: VitConfig, batch: number, layout: ParameterLayout): Graph {
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, parameterGroups(config), layout);
  const pixels = builder.input(inputNames.pixels, [batch, config.channels, config.imageSize, config.imageSize]);
  const selection = builder.input(SELECTION, [batch, config.classes.length]);
  const { logits, attentions } = buildVit(builder, config, parameter, pixels, true);
  // Images do not interact, so the gradient of the sum contains the gradient of each image's own logit.
  const score = builder.reduceSum(builder.multiply(logits, selection), [0, 1]);
  const gradients = backward(builder, score, attentions);

  // Only this row is needed, so it alone is propagated from the last block to the first instead of whole matrices.
  const tokens = tokenCount(config);
  let row = builder.expand(builder.constant([1, 1, tokens], explainedTokens(config)), [batch, 1, tokens]);
  for (const [block, attention] of [...attentions.entries()].reverse()) {
    const product = builder.multiply(gradients[block] as Value, attention);
    const positive = builder.multiply(product, builder.greater(product, builder.scalar(0)));
    row = builder.add(row, builder.matmul(row, builder.reduceMean(positive, [1])));
  }
  const patches = builder.slice(row, 2, leadingTokens(config), tokens);
  builder.output('relevance', builder.reshape(patches, [batch, patchCount(config)]));
  return builder.build(`${config.family} relevance`);
}
