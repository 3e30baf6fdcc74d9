import { z } from 'zod';
import { formatQuantity } from '../text/number';

/**
 * A person's decision to allow training although groups are in more than one split. It is recorded in every run that
 * starts on the split, and stated with every result of such a run.
 */
export const signOffSchema = z.object({
  name: z.string(),
  reason: z.string(),
  at: z.string(),
  /** Groups in more than one split at that time; patients and groups of duplicates that share images count once. */
  groups: z.number().int(),
  patients: z.number().int(),
  duplicates: z.number().int(),
});
export type SignOff = z.infer<typeof signOffSchema>;

/** A sign-off applies to the split and the leak that it was given for: `changed` splits or a `grown` leak void it. */
export const splitSignOffSchema = signOffSchema.extend({ void: z.enum(['changed', 'grown']).nullable() });
export type SplitSignOff = z.infer<typeof splitSignOffSchema>;

export const personNameSchema = z.string().trim().min(1).max(80);
export const signOffReasonSchema = z.string().trim().min(3).max(400);

/** “2 patients and 1 group of duplicates”. */
export function leakText({ patients, duplicates }: Pick<SignOff, 'patients' | 'duplicates'>): string {
  const groups = duplicates === 1 ? '1 group of duplicates' : `${duplicates} groups of duplicates`;
  if (duplicates === 0) return formatQuantity(patients, 'patient');
  return patients === 0 ? groups : `${formatQuantity(patients, 'patient')} and ${groups}`;
}

/** The first statement of every result of a run on a signed-off split. */
export function signOffWarning(signOff: SignOff): string {
  const { name, reason, at, patients, duplicates } = signOff;
  const appear = patients + duplicates === 1 ? 'appears' : 'appear';
  return `Leaking split: ${leakText(signOff)} ${appear} in more than one split, so these results look better than they are. Signed off by ${name} on ${at.slice(0, 10)}: “${reason}”`;
}

/** Why a sign-off is void; null if it is valid. */
export function voidText(signOff: SplitSignOff): string | null {
  const { name, at, groups } = signOff;
  const was = `The sign-off by ${name} of ${at.slice(0, 10)} is void:`;
  switch (signOff.void) {
    case null:
      return null;
    case 'changed':
      return `${was} images have been moved between splits since.`;
    case 'grown':
      return `${was} it was for ${formatQuantity(groups, 'group')} in more than one split, and there are more now.`;
  }
}
