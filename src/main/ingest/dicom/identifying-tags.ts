import { isGraphicsTag, isPrivateTag, profileAction } from './deidentify/profile';

/** Value representations whose text is a person, a date or time, or free writing. */
const identifyingRepresentations: ReadonlySet<string> = new Set(['PN', 'DA', 'TM', 'DT', 'LT', 'ST', 'UT']);

/**
 * Elements that can name a person, a place or a visit: those that de-identification changes by the Basic Profile of
 * PS3.15 (`deidentify/profile.ts`, the one table of them), private ones, and names, dates and free text wherever they
 * stand. `tag` as dicom-parser writes it ("x00100020").
 */
export function isIdentifying(tag: string, vr: string): boolean {
  return (
    isPrivateTag(tag) ||
    isGraphicsTag(tag) ||
    profileAction(tag) !== null ||
    metaTags.has(tag) ||
    identifyingRepresentations.has(vr)
  );
}

/** Of the file meta group, which de-identification writes anew: instance, application entities, private information. */
const metaTags = new Set(['x00020003', 'x00020016', 'x00020017', 'x00020018', 'x00020100', 'x00020102']);
