import { z } from 'zod';
import { leakText } from './sign-off';

/** Moments at which knowledge of leaks is recorded. */
const leakMoments = ['split', 'start', 'evaluation', 'now'] as const;

/** Groups known, at a moment, to be in more than one split. */
export const knownLeaksSchema = z.object({
  /** The split was created, the run started, the model was evaluated, or the result is viewed. */
  when: z.enum(leakMoments),
  at: z.string(),
  patients: z.number().int(),
  /** Groups of duplicates, found by thumbnails or confirmed by a person. */
  duplicates: z.number().int(),
  /** Patients and groups of duplicates that share images count once. */
  groups: z.number().int(),
  /** Possible duplicates across splits that nobody has confirmed or dismissed. */
  suspected: z.number().int(),
  /** How many images have a known patient; null in records of older versions. */
  patientsKnown: z.enum(['all', 'some', 'none']).nullable().default(null),
});
export type KnownLeaks = z.infer<typeof knownLeaksSchema>;

const momentNames: Record<KnownLeaks['when'], string> = {
  split: 'when the split was created',
  start: 'when the run started',
  evaluation: 'when it was evaluated',
  now: 'now',
};

/**
 * The statement of a result on leaks, in sentences: “When the split was created and when it was evaluated: no patient
 * or group of duplicates known in more than one split.” Empty if nothing was recorded (results of older versions).
 */
export function leakStatement(moments: readonly KnownLeaks[]): string {
  const statements: { whens: string[]; what: string }[] = [];
  for (const known of moments) {
    const what = knowledge(known);
    const last = statements.at(-1);
    if (last?.what === what) last.whens.push(momentNames[known.when]);
    else statements.push({ whens: [momentNames[known.when]], what });
  }
  return statements.map(({ whens, what }) => `${capitalised(listed(whens))}: ${what}.`).join(' ');
}

/** Whether the latest state has a leak: the numbers then look better than they are. */
export const isLeaking = (moments: readonly KnownLeaks[]): boolean => (moments.at(-1)?.groups ?? 0) > 0;

function knowledge({ patients, duplicates, groups, suspected, patientsKnown }: KnownLeaks): string {
  const known =
    groups > 0
      ? `${leakText({ patients, duplicates })} known in more than one split`
      : `no ${patientsKnown === 'none' ? '' : 'patient or '}group of duplicates known in more than one split`;
  const parts = [known];
  if (patientsKnown === 'none') parts.unshift('patients are unknown');
  if (patientsKnown === 'some') parts.push('the patients of some images unknown');
  if (suspected > 0)
    parts.push(
      `${suspected === 1 ? '1 possible duplicate' : `${suspected} possible duplicates`} across splits not reviewed`,
    );
  return parts.join(', ');
}

const listed = (texts: readonly string[]): string =>
  texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
