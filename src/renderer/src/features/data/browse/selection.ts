/** The selected images and the keyboard position, as ids: unlike positions, they survive a change of filter. */
export interface Selection {
  readonly selected: ReadonlySet<number>;
  /** Start of a shift-selection. */
  readonly anchor: number | null;
  /** The image that the inspector shows and that arrow keys move from. */
  readonly cursor: number | null;
}

export const emptySelection: Selection = { selected: new Set(), anchor: null, cursor: null };

/** Selects one image only. */
export function selectOnly(id: number): Selection {
  return { selected: new Set([id]), anchor: id, cursor: id };
}

/** Ctrl-click: adds or removes one image. */
export function toggle(selection: Selection, id: number): Selection {
  const selected = new Set(selection.selected);
  if (!selected.delete(id)) selected.add(id);
  return { selected, anchor: id, cursor: id };
}

/** Shift-click: selects everything between the anchor and this image, in display order. */
export function extendTo(selection: Selection, ids: readonly number[], id: number): Selection {
  const from = selection.anchor === null ? -1 : ids.indexOf(selection.anchor);
  const to = ids.indexOf(id);
  if (to < 0) return selection;
  if (from < 0) return selectOnly(id);
  const range = ids.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { selected: new Set(range), anchor: selection.anchor, cursor: id };
}

export function selectAll(selection: Selection, ids: readonly number[]): Selection {
  return { selected: new Set(ids), anchor: ids[0] ?? null, cursor: selection.cursor ?? ids[0] ?? null };
}

/** Arrow keys: moves the cursor by `step` positions, clamped to the ends; `extend` keeps the anchor. */
export function move(selection: Selection, ids: readonly number[], step: number, extend: boolean): Selection {
  if (ids.length === 0) return emptySelection;
  const at = selection.cursor === null ? -1 : ids.indexOf(selection.cursor);
  const next = at < 0 ? (step > 0 ? 0 : ids.length - 1) : Math.max(0, Math.min(ids.length - 1, at + step));
  const id = ids[next];
  if (id === undefined) return selection;
  return extend ? extendTo(selection, ids, id) : selectOnly(id);
}

/** Drops ids that are no longer in the list. */
export function keepShown(selection: Selection, ids: readonly number[]): Selection {
  if (selection.selected.size === 0 && selection.cursor === null) return selection;
  const shown = new Set(ids);
  const kept = new Set([...selection.selected].filter((id) => shown.has(id)));
  const cursorShown = selection.cursor !== null && shown.has(selection.cursor);
  if (kept.size === selection.selected.size && (selection.cursor === null || cursorShown)) return selection;
  return {
    selected: kept,
    anchor: selection.anchor !== null && shown.has(selection.anchor) ? selection.anchor : null,
    cursor: cursorShown ? selection.cursor : null,
  };
}

/** The image to show after labelling one: the next, or the previous at the end of the list. */
export function neighbour(ids: readonly number[], id: number): number | null {
  const at = ids.indexOf(id);
  if (at < 0) return null;
  return ids[at + 1] ?? ids[at - 1] ?? null;
}
