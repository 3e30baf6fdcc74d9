import type { DataSet } from 'dicom-parser';

/** The first item of a sequence, or undefined. */
export function firstItem(dataSet: DataSet | undefined, tag: string): DataSet | undefined {
  return dataSet?.elements[tag]?.items?.[0]?.dataSet;
}

/**
 * Data sets that may hold a frame's attribute, most specific first: the frame's own functional group, the shared one
 * (PS3.3, C.7.6.16), then the data set itself.
 */
export function frameScopes(dataSet: DataSet, frame: number, groupSequence: string): readonly DataSet[] {
  const own = dataSet.elements['x52009230']?.items?.[frame]?.dataSet;
  const shared = firstItem(dataSet, 'x52009229');
  return [firstItem(own, groupSequence), firstItem(shared, groupSequence), dataSet].filter(
    (scope): scope is DataSet => scope !== undefined,
  );
}
