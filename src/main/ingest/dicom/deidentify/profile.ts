import { additionalTable, type ProfileAction, profileTable } from './profile-table';

const words = (text: string): string[] => text.trim().split(/\s+/);

const actions: ReadonlyMap<string, ProfileAction> = new Map(
  [additionalTable, profileTable].flatMap((table) =>
    (Object.entries(table) as [ProfileAction, string][]).flatMap(([action, tags]) =>
      words(tags).map((tag): [string, ProfileAction] => [`x${tag}`, action]),
    ),
  ),
);

/**
 * Whether a tag is private: odd groups belong to manufacturers (PS3.5, 7.8) and may hold anything. `tag` in
 * dicom-parser's form.
 */
export function isPrivateTag(tag: string): boolean {
  return Number.parseInt(tag.slice(4, 5), 16) % 2 === 1;
}

/**
 * Whether a tag belongs to a curve (50xx) or overlay (60xx), which may draw text. Covers the whole repeating group,
 * because its attributes depend on one another.
 */
export function isGraphicsTag(tag: string): boolean {
  return /^x[56]0[0-9a-f]{2}/.test(tag);
}

/**
 * Whether a tag's group belongs to objects other than images: media directories, encapsulated documents, hanging
 * protocols, procedure steps, waveforms, spectroscopy, printing and media, results and interpretations, baggage
 * (PS3.6). None of it displays an image, and much of it is free text.
 */
export function isForeignGroup(tag: string): boolean {
  return /^x(0000|0004|0042|0072|0074|2[012][0-9a-f]{2}|40[01][08]|5[46]00)/.test(tag);
}

/** The profile's action for a standard attribute ("x00100020"); null if the table keeps it. */
export function profileAction(tag: string): ProfileAction | null {
  return actions.get(tag) ?? null;
}
