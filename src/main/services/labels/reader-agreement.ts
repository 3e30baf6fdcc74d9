import { FoveaError } from '#shared/ipc/errors';
import type { Disagreement, ReadersSummary, ReaderTable } from '#shared/models/readers';
import {
  classAgreement,
  cohenKappa,
  fleissKappa,
  type KappaWeights,
  type PairCase,
} from '#shared/statistics/agreement';
import { confusionMatrix } from '#shared/statistics/confusion-matrix';
import { usedClasses } from '../../store/counts';
import { imagesById, patientsOf } from '../../store/images';
import { classesByName } from '../../store/labels';
import { inNaturalOrder } from '../../store/natural-key';
import { readers, type StoredReading } from '../../store/readings';
import type { OpenProject } from '../project/projects';
import { disagrees, type ImageReadings, imageReadings, majorityClass, openDisagreements } from './reading-groups';

/** Readers compared in pairs; if there are more, those with the most readings. */
const MAX_PAIRED_READERS = 50;

/** Agreement of a project's readers on the images of the dataset. */
export function summarize(project: OpenProject, weights: KappaWeights): ReadersSummary {
  const { store } = project;
  const groups = imageReadings(store);
  const classes = namedClasses(project, groups);
  const place = new Map(classes.map(({ id }, index) => [id, index]));
  const counts = groups.map(({ readings }) => countClasses(readings, place));
  // Each image without a known patient counts as a separate patient.
  const known = patientsOf(store);
  const patients = groups.map(({ image }) => known.get(image) ?? -image);
  const byReader = new Map<number, StoredReading[]>();
  for (const { readings } of groups) {
    for (const reading of readings) {
      const own = byReader.get(reading.reader) ?? [];
      byReader.set(reading.reader, own);
      own.push(reading);
    }
  }
  const people = readers(store).flatMap(({ id, name }) => {
    const own = byReader.get(id) ?? [];
    return own.length === 0 ? [] : [{ id, name, readings: own.length, byClass: countClasses(own, place) }];
  });
  const paired = [...people].sort((a, b) => b.readings - a.readings).slice(0, MAX_PAIRED_READERS);
  const shown = people.filter((one) => paired.includes(one)).map((one) => one.id);
  const cases = casesByPair(groups, place, patients, new Set(shown));
  const open = openDisagreements(store);
  return {
    classes: classes.map((one) => one.name),
    readers: people,
    pairs: shown.flatMap((first, index) =>
      shown.slice(index + 1).map((second) => {
        const both = cases(first, second);
        return { first, second, ...cohenKappa(tableOf(both, classes.length), weights, both) };
      }),
    ),
    group: fleissKappa(counts, patients),
    perClass: classes.map(({ name }, index) => ({ label: name, ...classAgreement(counts, index, patients) })),
    images: groups.length,
    disagreements: groups.filter(disagrees).length,
    toAdjudicate: open.length,
    withMajority: open.filter((group) => majorityClass(group) !== null).length,
  };
}

/** See `Readers.table`. */
export function readerTable(project: OpenProject, first: number, second: number): ReaderTable {
  requireReaders(project, first, second);
  const groups = imageReadings(project.store);
  const classes = namedClasses(project, groups);
  const place = new Map(classes.map(({ id }, index) => [id, index]));
  const cases = casesByPair(groups, place, [], new Set([first, second]));
  return { classes: classes.map((one) => one.name), matrix: tableOf(cases(first, second), classes.length) };
}

/** See `Readers.cell`. */
export function imagesOfCell(
  project: OpenProject,
  { first, second }: { readonly first: number; readonly second: number },
  labels: readonly [string, string],
): number[] {
  requireReaders(project, first, second);
  const numbers = new Map(classesByName(project.store).map(({ id, name }) => [name, id]));
  const [own, other] = labels.map((name) => numbers.get(name) ?? -1);
  return imageReadings(project.store).flatMap(({ image, readings }) => {
    const classBy = (reader: number) => readings.find((one) => one.reader === reader)?.classId;
    return classBy(first) === own && classBy(second) === other ? [image] : [];
  });
}

/** See `Readers.disagreements`. */
export function listDisagreements({ store }: OpenProject): Disagreement[] {
  const open = openDisagreements(store);
  const names = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  const people = new Map(readers(store).map(({ id, name }, order) => [id, { name, order }]));
  const images = new Map(
    imagesById(
      store,
      open.map((one) => one.image),
    ).map((one) => [one.id, one]),
  );
  const inOrder = inNaturalOrder(
    open,
    ({ image }) => images.get(image)?.path ?? '',
    ({ image }) => image,
  );
  return inOrder
    .map((group) => {
      const majority = majorityClass(group);
      return {
        image: group.image,
        path: images.get(group.image)?.path ?? '',
        label: images.get(group.image)?.label ?? null,
        readings: [...group.readings]
          .sort((a, b) => (people.get(a.reader)?.order ?? 0) - (people.get(b.reader)?.order ?? 0))
          .map(({ reader, classId }) => ({
            reader: people.get(reader)?.name ?? '',
            label: names.get(classId) ?? '',
          })),
        majority: majority === null ? null : (names.get(majority) ?? null),
      };
    })
    .sort((a, b) => Number(a.majority !== null) - Number(b.majority !== null));
}

/** Classes with a label or a current reading, in natural order. */
function namedClasses({ store }: OpenProject, groups: readonly ImageReadings[]) {
  const used = usedClasses(store);
  for (const { readings } of groups) for (const { classId } of readings) used.add(classId);
  return classesByName(store).filter((one) => used.has(one.id));
}

/** Pairs of readings by each two readers on the images that both have read; one pass over all readings. */
function casesByPair(
  groups: readonly ImageReadings[],
  place: ReadonlyMap<number, number>,
  patients: readonly number[],
  wanted: ReadonlySet<number>,
): (first: number, second: number) => readonly PairCase[] {
  const byPair = new Map<string, PairCase[]>();
  groups.forEach(({ readings }, index) => {
    const own = readings.filter((one) => wanted.has(one.reader));
    for (const a of own) {
      for (const b of own) {
        if (a.reader === b.reader) continue;
        const key = `${a.reader} ${b.reader}`;
        const cases = byPair.get(key) ?? [];
        byPair.set(key, cases);
        cases.push({
          first: place.get(a.classId) ?? -1,
          second: place.get(b.classId) ?? -1,
          patient: patients[index] ?? 0,
        });
      }
    }
  });
  return (first, second) => byPair.get(`${first} ${second}`) ?? [];
}

function tableOf(cases: readonly PairCase[], classes: number): number[][] {
  return confusionMatrix(
    cases.map((one) => one.first),
    cases.map((one) => one.second),
    classes,
  );
}

function countClasses(readings: readonly { readonly classId: number }[], place: ReadonlyMap<number, number>): number[] {
  const counts = new Array<number>(place.size).fill(0);
  for (const { classId } of readings) {
    const index = place.get(classId) ?? -1;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

function requireReaders({ store }: OpenProject, ...numbers: readonly number[]): void {
  const known = new Set(readers(store).map((one) => one.id));
  if (numbers.every((one) => known.has(one))) return;
  throw new FoveaError('reader_unknown', 'There is no such reader in this project.', {
    hint: 'The list may have changed. Open the Readers view again.',
  });
}
