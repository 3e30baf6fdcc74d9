import { isGraphicsTag, isPrivateTag, profileAction } from './deidentify/profile';

/** Value representations that hold a person's name, a date or time, or free text. */
const identifyingRepresentations: ReadonlySet<string> = new Set(['PN', 'DA', 'TM', 'DT', 'LT', 'ST', 'UT']);

/**
 * Whether an element can identify a person, a place or a visit: elements that the Basic Profile of PS3.15 changes
 * (`deidentify/profile.ts`, the only table of them), private ones, and names, dates and free text at any level. `tag`
 * in dicom-parser's form ("x00100020").
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

/** File meta elements, rewritten by de-identification: instance, application entities, private information. */
const metaTags = new Set(['x00020003', 'x00020016', 'x00020017', 'x00020018', 'x00020100', 'x00020102']);
