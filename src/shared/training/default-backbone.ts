import { type BackboneSummary, isSmall } from '../models/backbone';

/**
 * The backbone that a new run starts from, unless a person chooses another: the pretrained one used or
 * imported last, else any pretrained one on this machine, a small one only if there is no other. Null without any.
 */
export function defaultBackbone(
  backbones: readonly BackboneSummary[],
  lastUsed: string | null,
): BackboneSummary | null {
  const pretrained = backbones.filter((backbone) => backbone.installed && backbone.pretrained);
  return (
    pretrained.find(({ name }) => name === lastUsed) ??
    pretrained.find((backbone) => !isSmall(backbone)) ??
    pretrained[0] ??
    null
  );
}
