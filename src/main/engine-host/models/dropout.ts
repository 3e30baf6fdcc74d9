import type { RunConfig } from '#shared/models/run-config';
import type { VitConfig } from '../../engine/vit/config';

/** The model as a run trains it: with the run's dropout in place of its own where the run has one. */
export function withDropout(
  model: VitConfig,
  { dropout, attentionDropout, dropPath }: Pick<RunConfig, 'dropout' | 'attentionDropout' | 'dropPath'>,
): VitConfig {
  const own = model.dropout;
  return {
    ...model,
    dropout: {
      hidden: dropout ?? own.hidden,
      attention: attentionDropout ?? own.attention,
      path: dropPath ?? own.path,
    },
  };
}
