import type { RunConfig } from '#shared/models/run-config';
import type { VitConfig } from '../../engine/vit/config';

/** The settings of a run that leave out parts of the network at random. */
export type RunDropout = Pick<RunConfig, 'dropout' | 'attentionDropout' | 'dropPath' | 'patchDropout'>;

/** Returns the model with the run's dropout in place of its own, where the run sets one. */
export function withDropout(
  model: VitConfig,
  { dropout, attentionDropout, dropPath, patchDropout }: RunDropout,
): VitConfig {
  const own = model.dropout;
  return {
    ...model,
    dropout: {
      hidden: dropout ?? own.hidden,
      attention: attentionDropout ?? own.attention,
      path: dropPath ?? own.path,
      patches: patchDropout,
    },
  };
}
