import { fold } from './fold';

/** Words that identify nobody: particles, titles, and placeholders for a name. */
export const NON_NAMES: ReadonlySet<string> = new Set(
  `von van der den dem des del della zum zur and the bin ibn ben abu prof med herr frau mrs miss sir
  anon anonym anonymous anonymized anonymised deidentified removed unknown unbekannt none null name patient patients
  subject person case test tester testing phantom demo dummy example sample study image no not`
    .split(/\s+/)
    .map(fold),
);

/** Particles and titles of two letters. Alone they can be a name (Le, Do, De). */
export const SHORT_PARTICLES: ReadonlySet<string> = new Set(
  'de di da do du la le lo el al zu af av dr mr ms md st jr sr ii iv'.split(' ').map(fold),
);
