import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '#shared/models/run';
import type { RunConfigInput } from '#shared/models/run-config';
import { type SearchState, searchStateSchema } from '#shared/models/search';
import { caseCrossEntropy } from '#shared/statistics/log-loss';
import type { TrainSpec } from '../../core/protocol';
import { openCheckpoint } from '../../models/checkpoint-files';
import { bestFolder } from '../../models/checkpoint-slots';
import { hashFile } from '../../models/tensor-files';
import { smallRun, temporaryFolders, testEngine } from '../../test-support';

const newFolder = temporaryFolders();
const engine = testEngine('engine-host-search');

/** 26 images in five folds; pairs of neighbours belong together. */
function searching(folder: string, config: Partial<RunConfigInput> = {}): TrainSpec {
  const spec = smallRun(folder, {
    ...{ preset: 'auto', minutes: 60, schedule: 'constant', warmupRatio: 0 },
    ...config,
  });
  const count = spec.train.length + spec.validation.length;
  const groups = Array.from({ length: count }, (_, image) => Math.floor(image / 4));
  return { ...spec, folds: { groups, folds: groups.map((group) => group % 5) } };
}

const stateOf = ({ runFolder }: TrainSpec): SearchState =>
  searchStateSchema.parse(JSON.parse(readFileSync(join(runFolder, 'search.json'), 'utf8')));

const modelOf = ({ runFolder }: TrainSpec) => hashFile(join(bestFolder(runFolder), 'model.safetensors'));

async function train(spec: TrainSpec, onLog?: (record: LogRecord, control: (action: 'pause') => void) => void) {
  const log: LogRecord[] = [];
  const call = engine.request('train', spec, {
    onLog: (record) => {
      log.push(record);
      onLog?.(record, (action) => call.control(action));
    },
  });
  return { result: await call.result, log };
}

describe('a search', { timeout: 240_000 }, () => {
  it('keeps only what is better, trains the final model, and goes on where it was killed', async () => {
    const whole = searching(newFolder(), { augmentation: { enabled: false } });
    const { result, log } = await train(whole);
    expect(result.state).toBe('finished');
    const state = stateOf(whole);
    expect(state.ended).toBe('Nothing is left to try.');
    expect(state.tried.map(({ what }) => what)).toEqual(['Logistic regression on features', 'All layers, 8 epochs']);
    expect(log.filter(({ kind }) => kind === 'tried')).toHaveLength(2);

    const [head, full] = state.tried;
    expect(head).toMatchObject({ kept: true, difference: null });
    // From scratch on 21 images, layers learn them by heart.
    expect(full).toMatchObject({ kept: false, metrics: null });
    expect(full?.difference?.low).toBeGreaterThan(0);
    expect(full?.why).toMatch(/^Worse after \d folds?, so the others were left out.$/);
    expect(state.recipe).toMatchObject({
      preset: 'quick',
      headSolver: 'logistic',
      headPenalty: head?.settings['headPenalty'],
    });
    const labels = [...whole.train, ...whole.validation].map(({ label }) => label);
    const loss = labels.reduce((sum, label, image) => {
      return sum + caseCrossEntropy(state.kept?.logits.slice(2 * image, 2 * image + 2) ?? [], label);
    }, 0);
    const kept = state.tried.findLast((one) => one.kept);
    expect(kept?.metrics?.loss).toBeCloseTo(loss / labels.length, 5);
    expect(result.history).toMatchObject([{ epoch: 1, validationLoss: kept?.metrics?.loss, isBest: true }]);
    expect((await openCheckpoint(bestFolder(whole.runFolder)))?.trainer.state.finished).toBe(true);

    const cut = searching(newFolder(), { augmentation: { enabled: false } });
    const killed = train(cut, (record) => {
      if (record.kind === 'tried') process.kill(engine.pid as number, 'SIGKILL');
    });
    await expect(killed).rejects.toMatchObject({ code: 'engine_crashed' });
    expect(stateOf(cut).tried).toHaveLength(1);
    await train({ ...cut, resume: true });
    const after = stateOf(cut);
    expect(after.tried.map(({ seconds: _, ...one }) => one)).toEqual(state.tried.map(({ seconds: _, ...one }) => one));
    expect(after.kept).toEqual(state.kept);
    expect(await modelOf(cut)).toBe(await modelOf(whole));
  });

  it('ends in time with the model that it has, and pauses', async () => {
    const spec = searching(newFolder(), { minutes: 0.001 });
    const { result } = await train(spec);
    expect(result.state).toBe('finished');
    expect(stateOf(spec).tried).toHaveLength(1);
    expect(stateOf(spec).ended).toContain('too short');
    expect(existsSync(join(bestFolder(spec.runFolder), 'config.json'))).toBe(true);

    const paused = searching(newFolder());
    const first = await train(paused, (record, control) => record.kind === 'tried' && control('pause'));
    expect(first.result.state).toBe('paused');
    expect(stateOf(paused).tried.length).toBeGreaterThan(0);
    expect(existsSync(join(bestFolder(paused.runFolder), 'config.json'))).toBe(false);
  });
});
