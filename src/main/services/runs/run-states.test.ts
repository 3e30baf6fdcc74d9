import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runConfigSchema } from '#shared/models/run-config';
import type { BackboneSource } from '../../engine-host/core/protocol';
import { describeBackbone } from '../../engine-host/models/load-backbone';
import { writeCheckpointFolder } from '../../engine-host/models/test-checkpoint';
import { startNotes } from './run-states';

const home = mkdtempSync(join(tmpdir(), 'fovea-run-states-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const config = runConfigSchema.parse({ backbone: 'x', learningRate: 1e-3 });
const images = { n: 9, patients: 3, withoutPatient: 0 };
const notesOf = async (source: BackboneSource, classes: readonly string[]) =>
  startNotes({}, config, images, classes, await describeBackbone(source, classes, null));

describe('the record of a run', () => {
  // The checkpoint has a head for a, b and c in this order.
  const source: BackboneSource = { kind: 'folder', folder: writeCheckpointFolder(join(home, 'model')) };

  it.each([
    [['a', 'b'], 'The head is new: 2 classes (a, b).'],
    [['a', 'b', 'c'], 'The head of the backbone is kept: 3 classes (a, b, c).'],
    [
      ['c', 'a', 'b'],
      'The head of the backbone is kept, with its classes in the order of the project: 3 classes (c, a, b).',
    ],
  ])('for the classes %j describes the head correctly', async (classes, note) => {
    expect(await notesOf(source, classes)).toEqual([
      note,
      'The other weights come from the backbone.',
      '9 images of 3 patients.',
      'The learning rate 0.001 is the default for this preset and backbone.',
    ]);
  });

  it('states that patients are unknown if no patient is known', async () => {
    const backbone = await describeBackbone(source, ['a', 'b'], null);
    const notes = startNotes({}, config, { n: 9, patients: null, withoutPatient: 9 }, ['a', 'b'], backbone);
    expect(notes).toContain('9 images, patients unknown.');
  });

  it('describes a head without a backbone as new', async () => {
    const notes = await notesOf({ kind: 'architecture', name: 'vit-micro' }, ['a', 'b']);
    expect(notes.slice(0, 2)).toEqual(['The head is new: 2 classes (a, b).', 'All weights are initialised randomly.']);
  });
});
