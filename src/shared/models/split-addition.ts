import { z } from 'zod';
import { formatQuantity } from '../text/number';

/** What adding the images outside the current split to its train and validation parts does. */
export const splitAdditionSchema = z.object({
  /** Images that join each part. The test part stays as it is. */
  train: z.number().int(),
  validation: z.number().int(),
  /** Images that stay outside, by reason. */
  leftOut: z.object({
    /** Their patient, or a duplicate of theirs, has images in the test part. */
    testGroup: z.number().int(),
    /** They come from the site, scanner or station that the test part is held out by. */
    heldOut: z.number().int(),
  }),
});
export type SplitAddition = z.infer<typeof splitAdditionSchema>;

/** Why images stay outside, as sentences. */
export function leftOutTexts({ leftOut }: SplitAddition): readonly string[] {
  const { testGroup, heldOut } = leftOut;
  const stay = (count: number) => `${formatQuantity(count, 'image')} ${count === 1 ? 'stays' : 'stay'} out`;
  return [
    ...(testGroup === 0 ? [] : [`${stay(testGroup)}: their patient, or a duplicate, is in the test set.`]),
    ...(heldOut === 0 ? [] : [`${stay(heldOut)}: they come from an origin that is held out for the test.`]),
  ];
}
