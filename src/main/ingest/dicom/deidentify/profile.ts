import { furtherTable, type ProfileAction, profileTable } from './profile-table';

const words = (text: string): string[] => text.trim().split(/\s+/);

const actions: ReadonlyMap<string, ProfileAction> = new Map(
  [furtherTable, profileTable].flatMap((table) =>
    (Object.entries(table) as [ProfileAction, string][]).flatMap(([action, tags]) =>
      words(tags).map((tag): [string, ProfileAction] => [`x${tag}`, action]),
    ),
  ),
);

/** Odd groups are the manufacturers' own (PS3.5, 7.8) and may hold anything. `tag` as dicom-parser writes it. */
export function isPrivateTag(tag: string): boolean {
  return Number.parseInt(tag.slice(4, 5), 16) % 2 === 1;
}

/** Curves (50xx) and overlays (60xx), which may draw text: the whole repeating group, because one part needs the other. */
export function isGraphicsTag(tag: string): boolean {
  return /^x[56]0[0-9a-f]{2}/.test(tag);
}

/**
 * Groups of other objects than images: media directories, encapsulated documents, hanging protocols, procedure steps,
 * waveforms, spectroscopy, printing and media, results and interpretations, baggage (PS3.6). Nothing in them shows an
 * image, and much of it is free writing.
 */
export function isForeignGroup(tag: string): boolean {
  return /^x(0000|0004|0042|0072|0074|2[012][0-9a-f]{2}|40[01][08]|5[46]00)/.test(tag);
}

/** The profile's action for a standard attribute ("x00100020"); null where the table leaves it as it is. */
export function profileAction(tag: string): ProfileAction | null {
  return actions.get(tag) ?? null;
}
