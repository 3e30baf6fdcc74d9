import type { EngineDevice } from '../backends/backend';
import { createBackend } from '../backends/create-backend';
import { GraphBuilder } from '../ir/builder';
import type { NamedTensors, Tensor } from '../tensor';
import type { VitConfig } from '../vit/config';
import { buildTokens } from '../vit/forward';
import { parameterGroups } from '../vit/parameters';
import { patchCount } from '../vit/tokens';
import { feedParameters } from './feed-parameters';
import { padRows } from './micro-batch';
import { inputNames } from './program-names';
import { declareParameters } from './programs';

export interface TokenEncoderOptions {
  readonly config: VitConfig;
  readonly parameters: NamedTensors;
  readonly device: EngineDevice;
  readonly threads: number;
  /** Images per run; shorter batches are padded. */
  readonly batch: number;
}

/** A frozen model that returns its tokens, for distillation. */
export interface TokenEncoder {
  /**
   * @param pixels [count, 3, size, size], normalised
   * @returns CLS and patches after the final normalisation: [count, 1 + patches, hidden]
   */
  run(pixels: Float32Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @throws FoveaError `weights-mismatch`, `device-failed` */
export async function createTokenEncoder(options: TokenEncoderOptions): Promise<TokenEncoder> {
  const { config, batch } = options;
  const { channels, imageSize, hiddenSize } = config;
  const groups = parameterGroups(config).filter(({ name }) => name !== 'classifier');
  const backend = createBackend(options);
  const fed = await feedParameters(backend, groups, options.parameters);
  const builder = new GraphBuilder();
  const parameter = declareParameters(builder, groups, fed.layout);
  const shape = [batch, channels, imageSize, imageSize];
  builder.output('tokens', buildTokens(builder, config, parameter, builder.input(inputNames.pixels, shape)));
  const program = await backend.compile(builder.build(`${config.family} tokens`), new Set(), fed.constants);
  const length = (1 + patchCount(config)) * hiddenSize;
  return {
    run: async (pixels, count) => {
      const data = padRows(pixels, count, batch, channels * imageSize ** 2);
      const { host } = await program.run(new Map([...fed.tensors, [inputNames.pixels, { shape, data }]]));
      return (host.get('tokens') as Tensor).data.subarray(0, count * length);
    },
    dispose: async () => {
      await program.dispose();
      await fed.release();
    },
  };
}
