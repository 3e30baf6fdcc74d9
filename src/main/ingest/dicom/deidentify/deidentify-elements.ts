import type { DataSet, Element } from 'dicom-parser';
import type { CharacterSet } from '../character-set';
import { damaged } from '../damaged';
import { type Dictionary, formatTag } from '../dictionary';
import { readCharacterSet } from '../text';
import { valueRepresentations } from '../value-representations';
import type { ActionCounts } from './action-counts';
import type { CleanPixels, PIXEL_DATA } from './clean-pixels/clean-pixel-data';
import { shiftDates } from './dates';
import { dummyValue, evenText } from './dummy-values';
import { keptValue, valueBytes } from './kept-value';
import { dictionaryRepresentation, writtenRepresentation } from './output-representation';
import { holdsIdentity, type IdentityTerms } from './own-identity/identity-terms';
import type { PaletteUse } from './palette-use';
import { isForeignGroup, isGraphicsTag, isPrivateTag, profileAction } from './profile';
import { resolve, treatmentOf } from './resolution';
import { isUnusedBinary, isUnusedTable } from './tables';
import { DICOM_ROOT, hashUid, isStandardUid } from './uids';
import { type Encoding, elementHeader, element as encode, item } from './write-elements';

export interface ElementContext {
  readonly dictionary: Dictionary;
  readonly encoding: Encoding;
  readonly uidKey: string;
  /** Null: dates are removed. */
  readonly shiftDays: number | null;
  readonly counts: ActionCounts;
  /** The file's own names, numbers and dates, which no kept value may contain. */
  readonly terms: IdentityTerms;
  /** How the pixels use the top-level palette. */
  readonly paletteUse: PaletteUse | null;
  /** The only element of the pixel group that is written. */
  readonly pixels: CleanPixels;
  /** Encoded elements, by tag, that replace or join those of the top level. */
  readonly own: ReadonlyMap<string, Buffer>;
}

/** No image has deeper sequences. */
const MAX_DEPTH = 64;

/** UIDs of the instance, study and series: always replaced, whatever they look like. */
const INSTANCE_UIDS = new Set(['x00080018', 'x0020000d', 'x0020000e']);

/** Pixel data, its offset tables and the rest of their group belong to the top level; icons lose them. */
const isPixelGroup = (tag: string): boolean => tag.startsWith('x7fe0');

/**
 * Group lengths are retired (PS3.5, 7.2) and would be wrong; the file meta group is rewritten; delimiters hold no data.
 */
const isStructure = (tag: string): boolean =>
  tag.endsWith('0000') || tag.startsWith('x0000') || tag.startsWith('x0002') || tag.startsWith('xfffee');

/**
 * Maps the values of a UI element, without padding. UIDs defined by DICOM are kept unless one contains a number or date
 * of the file.
 */
function mapUids(text: string, key: string, always: boolean, terms: IdentityTerms): string {
  const isKept = (uid: string) => !always && isStandardUid(uid) && !holdsIdentity(uid.replace(DICOM_ROOT, ''), terms);
  return text
    .split('\\')
    .map((part) => {
      const uid = part.replaceAll('\0', '').trim();
      return uid === '' || isKept(uid) ? uid : hashUid(key, uid);
    })
    .join('\\');
}

/**
 * De-identifies the elements of a data set, in tag order, as buffers to concatenate. `strict`: inside a sequence whose
 * values are all replaced by dummies.
 * @throws FoveaError `damaged`, `truncated`
 */
export function deidentifyElements(
  dataSet: DataSet,
  context: ElementContext,
  depth = 0,
  strict = false,
  outer?: CharacterSet,
): Buffer[] {
  const scope: Scope = { depth, strict, characterSet: readCharacterSet(dataSet, outer) };
  if (depth > MAX_DEPTH) throw damaged(`The DICOM file has sequences nested more than ${MAX_DEPTH} levels deep.`);
  const own = depth === 0 ? context.own : new Map<string, Buffer>();
  const tags = new Set([...Object.keys(dataSet.elements), ...own.keys()]);
  return [...tags].sort().flatMap((tag) => {
    const element = dataSet.elements[tag];
    const replacement = own.get(tag);
    if (replacement !== undefined) {
      if (element !== undefined && element.length > 0)
        count(context, tag, tag === 'x00080018' ? 'new UID' : 'replaced');
      return [replacement];
    }
    if (element === undefined || isStructure(tag)) return [];
    return deidentifyElement(dataSet, tag, element, context, scope);
  });
}

interface Scope {
  readonly depth: number;
  readonly strict: boolean;
  /** Items inherit the enclosing data set's unless they declare one (PS3.5, 7.5.3). */
  readonly characterSet: CharacterSet;
}

function count(context: ElementContext, tag: string, action: Parameters<ActionCounts['add']>[2]): void {
  const shown = formatTag(tag);
  context.counts.add(shown, context.dictionary[shown]?.name ?? '', action);
}

function deidentifyElement(
  dataSet: DataSet,
  tag: string,
  element: Element,
  context: ElementContext,
  { depth, strict, characterSet }: Scope,
): Buffer[] {
  const { counts, encoding, dictionary, paletteUse } = context;
  if (isPrivateTag(tag)) {
    counts.add('private', 'attributes of odd groups', 'removed');
    return [];
  }
  if (isGraphicsTag(tag)) {
    counts.add('graphics', 'curves (50xx) and overlays (60xx)', 'removed');
    return [];
  }
  if (isPixelGroup(tag) && depth === 0) return pixelGroup(tag, element, context);
  if (isForeignGroup(tag)) {
    counts.add('unrelated groups', 'attributes of media, documents, waveforms, printing and other services', 'removed');
    return [];
  }
  if (isUnusedTable(dataSet, tag, depth === 0 ? paletteUse : null)) {
    if (element.length > 0) counts.add('unused tables', 'unused palettes and colour profiles', 'removed');
    return [];
  }
  const action = profileAction(tag);
  const entry = dictionary[formatTag(tag)];
  const known = dictionaryRepresentation(entry?.vr ?? '');
  const inFile = element.vr;
  // Unknown, or its declared form contradicts its content: it could contain anything.
  const unreadable =
    known === null ||
    (inFile !== undefined && !valueRepresentations.has(inFile)) ||
    (known === 'SQ') !== (element.items !== undefined) ||
    (element.items === undefined && element.hadUndefinedLength === true) ||
    (inFile === undefined && encoding.bigEndian);
  const isEmptySequence = known === 'SQ' && element.items === undefined && element.length === 0;
  if (known === null || (unreadable && !isEmptySequence) || (isPixelGroup(tag) && depth > 0)) {
    // An attribute in the profile is still counted under its own name.
    if (action !== null && entry !== undefined) count(context, tag, 'removed');
    else counts.add('unknown', 'attributes that are unknown or unreadable', 'removed');
    return [];
  }
  const dates = context.shiftDays === null ? 'remove' : 'shift';
  const treatment = treatmentOf({ tag, vr: known, action, strict }, dates);
  const written = writtenRepresentation(inFile, known);
  const put = (value: Buffer, vr = known): Buffer[] => [encode(tag, vr, value, encoding)];
  if (treatment === 'remove' || (treatment === 'keep' && isUnusedBinary(tag, known))) {
    count(context, tag, 'removed');
    return [];
  }
  if (element.length === 0) return put(Buffer.alloc(0), written);
  if (treatment === 'empty') {
    count(context, tag, 'emptied');
    return put(Buffer.alloc(0));
  }
  if (known === 'SQ') {
    if (treatment === 'dummy') count(context, tag, 'replaced');
    const items = (element.items ?? []).flatMap((one) =>
      one.dataSet === undefined
        ? []
        : [
            item(
              Buffer.concat(
                deidentifyElements(one.dataSet, context, depth + 1, strict || treatment === 'dummy', characterSet),
              ),
              encoding,
            ),
          ],
    );
    return put(Buffer.concat(items));
  }
  if (treatment === 'dummy') {
    count(context, tag, 'replaced');
    return put(dummyValue(known));
  }
  const value = valueBytes(dataSet, element);
  if (treatment === 'uid') {
    const old = value.toString('latin1');
    const mapped = mapUids(old, context.uidKey, INSTANCE_UIDS.has(tag), context.terms);
    if (evenText(mapped, '\0').compare(value) !== 0) count(context, tag, 'new UID');
    return put(evenText(mapped, '\0'));
  }
  if (treatment === 'shift') {
    const shifted = shiftDates(known, value.toString('latin1').replaceAll('\0', ' '), context.shiftDays ?? 0);
    if (shifted !== null) {
      count(context, tag, 'date shifted');
      return put(evenText(shifted));
    }
    // As if dates were removed: a value that is not a date may be anything.
    const dummy = action !== null && resolve(action) === 'dummy';
    const gone = action !== null && resolve(action) === 'remove';
    count(context, tag, gone ? 'removed' : dummy ? 'replaced' : 'emptied');
    return gone ? [] : put(dummy ? dummyValue(known) : Buffer.alloc(0));
  }
  const { value: kept, replaced } = keptValue(
    dataSet,
    { tag, element, known, written, multiplicity: entry?.vm ?? '' },
    { ...context, bigEndian: encoding.bigEndian, characterSet },
  );
  if (replaced) return put(kept);
  const head = elementHeader(tag, written, kept.length, encoding);
  if (head === null) throw damaged('The DICOM file has an element that is too long for its value representation.');
  return [head, kept];
}

/** Keeps the image only; offset tables would now be wrong, and no program displays a second image. */
function pixelGroup(tag: string, element: Element, { encoding, counts, pixels }: ElementContext): Buffer[] {
  if (tag !== pixels.tag) {
    if (element.length > 0) counts.add('data after the image', OUTSIDE_IMAGE, 'removed');
    return [];
  }
  const { cut, cleared, stripped } = pixels.removals;
  if (cut) counts.add('data after the image', OUTSIDE_IMAGE, 'removed');
  if (cleared > 0) counts.add('unused bits', 'pixel bits beyond Bits Stored', 'emptied', cleared);
  if (stripped > 0) counts.add('compressed frames', 'data outside the image', 'removed', stripped);
  const known = PIXEL_REPRESENTATIONS[pixels.tag];
  const inFile = element.vr !== undefined && valueRepresentations.has(element.vr) ? element.vr : undefined;
  const vr = pixels.encapsulated ? 'OB' : writtenRepresentation(inFile, known);
  const head = elementHeader(tag, vr, pixels.value.length, encoding, pixels.encapsulated);
  if (head === null) throw damaged('The pixel data of the DICOM file has an invalid value representation.');
  return [head, pixels.value];
}

const OUTSIDE_IMAGE = 'bytes, frames and offset tables outside the image';

/** Value representations by PS3.6. */
const PIXEL_REPRESENTATIONS: Readonly<Record<(typeof PIXEL_DATA)[number], string>> = {
  x7fe00008: 'OF',
  x7fe00009: 'OD',
  x7fe00010: 'OW',
};
