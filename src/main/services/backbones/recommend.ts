import type { BackboneSummary } from '#shared/models/backbone';
import type { Recommendation } from '#shared/models/recommendation';

/** Budgets for computing the features of 1,000 images: a coffee break, and a lunch break. */
export const FAST_SECONDS = 10 * 60;
export const BETTER_SECONDS = 15 * 60;
export const MEDICAL_SECONDS = 60 * 60;

/** Working memory of a frozen backbone relative to its weights in float32: a copy while loading, and activations. */
const MEMORY_FACTOR = 4;

/** General-purpose families from small to large, and those that learned from medical images. */
export interface Lines {
  readonly general: readonly string[];
  readonly medical: readonly string[];
}

type Model = Pick<BackboneSummary, 'imageSize' | 'patchSize' | 'hiddenSize' | 'layers'>;

/**
 * FLOPs of the features of one image: 2 × the multiply-accumulates of the patch projection and, in each block, of the
 * query, key, value and output projections (4 n h²), the attention (2 n² h) and the perceptron with its usual width
 * (8 n h²), with n tokens and the hidden size h. An upper estimate: the engine may skip most of the last block.
 */
export function featureFlops({ imageSize, patchSize, hiddenSize, layers }: Model): number {
  const patches = Math.floor(imageSize / patchSize) ** 2;
  const tokens = patches + 1;
  const block = 12 * tokens * hiddenSize ** 2 + 2 * tokens ** 2 * hiddenSize;
  return 2 * (patches * 3 * patchSize ** 2 * hiddenSize + layers * block);
}

/** Seconds for the features of 1,000 images at a network's rate in GFLOP/s; null if the rate is unknown. */
export const secondsPerThousand = (model: Model, gflops: number | null): number | null =>
  gflops === null ? null : (1000 * featureFlops(model)) / (gflops * 1e9);

/**
 * Chooses up to three backbones for a machine. *Fast*: the smallest of the general line, with the tiny one only where
 * the next takes over ten minutes for 1,000 images. *Better*: the largest general one in a quarter of an hour, at least
 * one larger than the fast one. *Medical*: the largest that learned from medical images and takes at most an hour, else
 * the quickest of them. What does not fit into memory is left out.
 */
export function recommend(
  backbones: readonly BackboneSummary[],
  lines: Lines,
  { gflops, memoryMB }: { readonly gflops: number | null; readonly memoryMB: number },
): Recommendation[] {
  const fits = ({ parameters }: BackboneSummary) => (MEMORY_FACTOR * 4 * parameters) / 2 ** 20 <= memoryMB;
  const line = (names: readonly string[]) =>
    names
      .flatMap((name) => backbones.find((one) => one.name === name || one.knownAs === name) ?? [])
      .filter(fits)
      .map((backbone) => ({ backbone, seconds: secondsPerThousand(backbone, gflops) }));
  const within = (limit: number) => (one: { readonly seconds: number | null }) => (one.seconds ?? 0) <= limit;

  const [tiny, ...general] = line(lines.general);
  const usual = general[0] ?? tiny;
  const fast = usual !== undefined && !within(FAST_SECONDS)(usual) ? (tiny ?? usual) : usual;
  const larger = fast === undefined ? [] : general.filter((one) => one.backbone.parameters > fast.backbone.parameters);
  // Without a measured speed, one step up is the safe choice.
  const better = (gflops === null ? undefined : larger.findLast(within(BETTER_SECONDS))) ?? larger[0];
  const medicalLine = line(lines.medical);
  const medical =
    (gflops === null ? undefined : medicalLine.findLast(within(MEDICAL_SECONDS))) ??
    medicalLine.toSorted((a, b) => (a.seconds ?? 0) - (b.seconds ?? 0))[0];

  const cards = [
    ['fast', fast],
    ['better', better],
    ['medical', medical],
  ] as const;
  return cards.flatMap(([role, chosen]) =>
    chosen === undefined ? [] : [{ role, backbone: chosen.backbone, secondsPerThousand: chosen.seconds }],
  );
}
