import { FoveaError } from '#shared/ipc/errors';
import type { Disagreement, ReadersSummary, ReaderTable } from '#shared/models/readers';
import { classAgreement, cohenKappa, fleissKappa, type KappaWeights } from '#shared/statistics/agreement';
import { pushAction } from '../store/actions';
import { appendAudit } from '../store/audit';
import { usedClasses } from '../store/counts';
import { imagesById } from '../store/images';
import { classesByName, classNumber, currentLabels, type LabelSource, setLabel, settleLabel } from '../store/labels';
import {
  readerNumber,
  readers,
  readingsEvidence,
  readingsOf,
  setReading,
  setSettlement,
  settlements,
  unanimousClass,
} from '../store/readings';
import type { Events } from './events';
import type { OpenProject } from './projects';
import { disagrees, type ImageReadings, imageReadings, majorityClass, openDisagreements } from './reading-groups';
import { count } from './splits-warnings';
import { noChanges } from './stored-changes';

/** Several readers of the same images: how far they agree, and what is decided where they do not. */
export interface Readers {
  summary(project: OpenProject, weights: KappaWeights): ReadersSummary;
  /** Counts of two readers. Throws `reader_unknown`. */
  table(project: OpenProject, first: number, second: number): ReaderTable;
  /** Images in one cell of that table, by class names. Throws `reader_unknown`. */
  cell(
    project: OpenProject,
    pair: { readonly first: number; readonly second: number },
    labels: readonly [string, string],
  ): number[];
  /** Those that most readers are at odds on come first. */
  disagreements(project: OpenProject): Disagreement[];
  /**
   * Stores what a reader says of images (null takes it back). Where all readings of an image now agree, that is its
   * label; else the label stays as it was. One action that can be undone.
   */
  read(
    project: OpenProject,
    images: readonly number[],
    label: string | null,
    reader: string,
  ): { readonly changed: number };
  /** Settles images with a label, whatever their readers said. One action that can be undone. */
  adjudicate(project: OpenProject, images: readonly number[], label: string): { readonly changed: number };
  /** Settles every image that is to be adjudicated and has a majority with it. One action that can be undone. */
  takeMajority(project: OpenProject): { readonly changed: number };
}

export function createReaders(options: { readonly events: Events }): Readers {
  const emit = (project: OpenProject, changed: number) => {
    if (changed > 0) options.events.emit('project.changed', { project: project.id, what: 'dataset' });
    return { changed };
  };

  return {
    summary(project, weights) {
      const { store } = project;
      const groups = imageReadings(store);
      const classes = namedClasses(project, groups);
      const place = new Map(classes.map(({ id }, index) => [id, index]));
      const open = openDisagreements(store);
      const counts = groups.map(({ readings }) => {
        const row = classes.map(() => 0);
        for (const { classId } of readings) increase(row, place.get(classId));
        return row;
      });
      const people = readers(store).flatMap(({ id, name }) => {
        const byClass = classes.map(() => 0);
        for (const { readings } of groups) {
          const own = readings.find((one) => one.reader === id);
          if (own !== undefined) increase(byClass, place.get(own.classId));
        }
        const total = byClass.reduce((sum, n) => sum + n, 0);
        return total === 0 ? [] : [{ id, name, readings: total, byClass }];
      });
      return {
        classes: classes.map((one) => one.name),
        readers: people,
        pairs: people.flatMap(({ id: first }, index) =>
          people.slice(index + 1).map(({ id: second }) => {
            const matrix = pairMatrix(groups, place, first, second);
            return { first, second, ...cohenKappa(matrix, weights) };
          }),
        ),
        group: fleissKappa(counts),
        perClass: classes.map(({ name }, index) => ({ label: name, ...classAgreement(counts, index) })),
        images: groups.length,
        disagreements: groups.filter(disagrees).length,
        toAdjudicate: open.length,
        withMajority: open.filter((group) => majorityClass(group) !== null).length,
      };
    },
    table(project, first, second) {
      const groups = imageReadings(project.store);
      requireReaders(project, first, second);
      const classes = namedClasses(project, groups);
      const place = new Map(classes.map(({ id }, index) => [id, index]));
      return { classes: classes.map((one) => one.name), matrix: pairMatrix(groups, place, first, second) };
    },
    cell(project, { first, second }, labels) {
      requireReaders(project, first, second);
      const numbers = new Map(classesByName(project.store).map(({ id, name }) => [name, id]));
      const [own, other] = labels.map((name) => numbers.get(name) ?? -1);
      return imageReadings(project.store).flatMap(({ image, readings }) => {
        const says = (reader: number) => readings.find((one) => one.reader === reader)?.classId;
        return says(first) === own && says(second) === other ? [image] : [];
      });
    },
    disagreements(project) {
      const { store } = project;
      const open = openDisagreements(store);
      const names = new Map(classesByName(store).map(({ id, name }) => [id, name]));
      const people = new Map(readers(store).map(({ id, name }) => [id, name]));
      const images = new Map(
        imagesById(
          store,
          open.map((one) => one.image),
        ).map((one) => [one.id, one]),
      );
      return open
        .map((group) => {
          const majority = majorityClass(group);
          return {
            image: group.image,
            path: images.get(group.image)?.path ?? '',
            label: images.get(group.image)?.label ?? null,
            readings: [...people].flatMap(([id, reader]) => {
              const own = group.readings.find((one) => one.reader === id);
              return own === undefined ? [] : [{ reader, label: names.get(own.classId) ?? '' }];
            }),
            majority: majority === null ? null : (names.get(majority) ?? null),
          };
        })
        .sort((a, b) => Number(a.majority !== null) - Number(b.majority !== null) || a.image - b.image);
    },
    read(project, images, label, name) {
      const { store } = project;
      const changed = store.transaction(() => {
        const reader = readerNumber(store, name.trim());
        const classId = label === null ? null : classNumber(store, label.trim());
        const before = noChanges();
        const at = new Date().toISOString();
        for (const { id, label_id } of currentLabels(store, images)) {
          const said = setReading(store, { image: id, reader, classId }, 'user', at);
          if (said === undefined) continue;
          before.readings.push([id, reader, said]);
          const present = readingsOf(store, id);
          const agreed = unanimousClass(present);
          if (agreed === null && present.length > 0) continue;
          if (setLabel(store, id, agreed, 'reading', at)) before.labels.push([id, label_id]);
        }
        const n = before.readings.length;
        if (n === 0) return 0;
        const what = label === null ? 'Take back the reading of' : `Read as “${label}”:`;
        pushAction(store, { kind: 'read', description: `${what} ${count(n, 'image')}`, before });
        appendAudit(store, 'readers.read', { images: n, reader, label });
        return n;
      });
      return emit(project, changed);
    },
    adjudicate(project, images, label) {
      const name = label.trim();
      const { store } = project;
      const changed = store.transaction(() => {
        const asked = new Set(images);
        const groups = imageReadings(store).filter((group) => asked.has(group.image) && disagrees(group));
        const classId = classNumber(store, name);
        const n = settle(
          project,
          groups.map((group) => ({ group, classId })),
          'adjudication',
          `Settle ${count(groups.length, 'image')} as “${name}”`,
        );
        if (n > 0) appendAudit(store, 'readers.adjudicate', { images: n, label: name });
        return n;
      });
      return emit(project, changed);
    },
    takeMajority(project) {
      const { store } = project;
      const changed = store.transaction(() => {
        const decided = openDisagreements(store).flatMap((group) => {
          const classId = majorityClass(group);
          return classId === null ? [] : [{ group, classId }];
        });
        const n = settle(project, decided, 'majority', `Take the majority of ${count(decided.length, 'image')}`);
        if (n > 0) appendAudit(store, 'readers.majority', { images: n });
        return n;
      });
      return emit(project, changed);
    },
  };
}

/** Writes decisions with their way back. Inside a transaction. */
function settle(
  { store }: OpenProject,
  decided: readonly { readonly group: ImageReadings; readonly classId: number }[],
  source: LabelSource,
  description: string,
): number {
  if (decided.length === 0) return 0;
  const at = new Date().toISOString();
  const earlier = settlements(store);
  const labels = new Map(
    currentLabels(
      store,
      decided.map(({ group }) => group.image),
    ).map((one) => [one.id, one.label_id]),
  );
  const before = noChanges();
  for (const { group, classId } of decided) {
    const said = earlier.get(group.image);
    before.labels.push([group.image, labels.get(group.image) ?? null]);
    before.settlements.push([
      group.image,
      said === undefined ? null : { verdict: said.verdict, evidence: said.evidence, at: said.at },
    ]);
    settleLabel(store, group.image, classId, source, at);
    setSettlement(store, group.image, { verdict: 'accepted', evidence: readingsEvidence(group.readings), at });
  }
  pushAction(store, { kind: 'settle', description, before });
  return decided.length;
}

/** Classes that a label or a present reading names, in natural order. */
function namedClasses({ store }: OpenProject, groups: readonly ImageReadings[]) {
  const used = usedClasses(store);
  for (const { readings } of groups) for (const { classId } of readings) used.add(classId);
  return classesByName(store).filter((one) => used.has(one.id));
}

function pairMatrix(
  groups: readonly ImageReadings[],
  place: ReadonlyMap<number, number>,
  first: number,
  second: number,
): number[][] {
  const matrix = Array.from({ length: place.size }, () => new Array<number>(place.size).fill(0));
  for (const { readings } of groups) {
    const own = readings.find((one) => one.reader === first);
    const other = readings.find((one) => one.reader === second);
    if (own === undefined || other === undefined) continue;
    const row = matrix[place.get(own.classId) ?? -1];
    if (row !== undefined) increase(row, place.get(other.classId));
  }
  return matrix;
}

function increase(counts: number[], index: number | undefined): void {
  if (index !== undefined) counts[index] = (counts[index] ?? 0) + 1;
}

function requireReaders({ store }: OpenProject, ...numbers: readonly number[]): void {
  const known = new Set(readers(store).map((one) => one.id));
  if (numbers.every((one) => known.has(one))) return;
  throw new FoveaError('reader_unknown', 'There is no such reader in this project.', {
    hint: 'Open the Readers view again: the list may have changed.',
  });
}
