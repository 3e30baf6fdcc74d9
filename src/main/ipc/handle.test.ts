import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { type EventPayload, type RequestName, type RequestOutput, requests } from '#shared/ipc/contract';
import { FoveaError } from '#shared/ipc/errors';
import { createEvents } from '../services/core/events';
import { createDispatch, type DomainHandlers, type Handlers, handle } from './handle';
import type { createHandlers } from './handlers';
import type { appHandlers } from './handlers/app';
import type { backbonesHandlers } from './handlers/backbones';
import type { confoundersHandlers } from './handlers/confounders';
import type { datasetHandlers } from './handlers/dataset';
import type { distillationsHandlers } from './handlers/distillations';
import type { evaluationsHandlers } from './handlers/evaluations';
import type { experimentsHandlers } from './handlers/experiments';
import type { exportsHandlers } from './handlers/exports';
import type { jobsHandlers } from './handlers/jobs';
import type { PlatformHandlers } from './handlers/platform';
import type { predictionsHandlers } from './handlers/predictions';
import type { projectsHandlers } from './handlers/projects';
import type { ratesHandlers } from './handlers/rates';
import type { readersHandlers } from './handlers/readers';
import type { reviewHandlers } from './handlers/review';
import type { runsHandlers } from './handlers/runs';
import type { settingsHandlers } from './handlers/settings';

const silent = { log: { failure: () => undefined }, events: createEvents() };

describe('the contract', () => {
  it('has a handler for every request, and no handler without one', () => {
    type Handled =
      | keyof ReturnType<typeof appHandlers>
      | keyof ReturnType<typeof backbonesHandlers>
      | keyof ReturnType<typeof confoundersHandlers>
      | keyof ReturnType<typeof datasetHandlers>
      | keyof ReturnType<typeof distillationsHandlers>
      | keyof ReturnType<typeof evaluationsHandlers>
      | keyof ReturnType<typeof experimentsHandlers>
      | keyof ReturnType<typeof exportsHandlers>
      | keyof ReturnType<typeof jobsHandlers>
      | keyof PlatformHandlers
      | keyof ReturnType<typeof predictionsHandlers>
      | keyof ReturnType<typeof projectsHandlers>
      | keyof ReturnType<typeof ratesHandlers>
      | keyof ReturnType<typeof readersHandlers>
      | keyof ReturnType<typeof reviewHandlers>
      | keyof ReturnType<typeof runsHandlers>
      | keyof ReturnType<typeof settingsHandlers>;
    expectTypeOf<Handled>().toEqualTypeOf<RequestName>();
    expectTypeOf<ReturnType<typeof createHandlers>>().toEqualTypeOf<Handlers>();
    expectTypeOf<keyof DomainHandlers<'jobs'>>().toEqualTypeOf<'jobs.list' | 'jobs.result' | 'jobs.cancel'>();
  });

  it('limits every list that a request may contain', () => {
    const uncapped: string[] = [];
    const walk = (schema: z.core.$ZodType, path: string): void => {
      const { def } = schema._zod;
      // `list` and `imageIds` build the lists in requests; they are not zod arrays.
      if (def.type === 'array' || (def.type === 'record' && !path.endsWith('mapping') && !path.endsWith('columns'))) {
        uncapped.push(path);
      }
      for (const value of Object.values(def)) {
        for (const [name, inner] of Object.entries((value ?? {}) as Record<string, unknown>)) {
          if (inner instanceof z.core.$ZodType) walk(inner, `${path}.${name}`);
        }
        if (value instanceof z.core.$ZodType) walk(value, path);
      }
    };
    for (const [name, { input }] of Object.entries(requests)) walk(input, name);
    expect(uncapped).toEqual([]);
  });

  it('checks input and output of every request', () => {
    for (const [name, { input, output }] of Object.entries(requests)) {
      expect(input.safeParse(null).success, name).toBe(false);
      expect(output, name).toHaveProperty('safeParse');
    }
  });

  it('names the readers of everything that a person can change', () => {
    const read = new Set(Object.values(requests).flatMap((one) => (one.kind === 'query' ? one.reads : [])));
    const changed = new Set(Object.values(requests).flatMap((one) => (one.kind === 'query' ? [] : one.changes)));
    expect([...changed].filter((topic) => !read.has(topic))).toEqual([]);
    expect([...read].filter((topic) => !changed.has(topic))).toEqual([]);
  });
});

describe('handle', () => {
  it('passes the parsed input to the handler, with defaults filled in', async () => {
    const seen: unknown[] = [];
    const listing = (input: unknown) => {
      seen.push(input);
      return { ids: [3, 1] };
    };
    const ask = handle('dataset.ids', listing, silent);
    expect(await ask({ project: 'p', filter: {}, extra: 1 })).toEqual({ ok: true, value: { ids: [3, 1] } });
    expect(seen).toEqual([{ project: 'p', filter: {}, sort: 'path' }]);
  });

  it.each([[undefined], [null], ['text'], [{}], [{ project: 1, filter: {} }]])(
    'replies bad_request for %j without running the handler',
    async (input) => {
      let ran = false;
      const listing = () => {
        ran = true;
        return { ids: [] };
      };
      const ask = handle('dataset.ids', listing, silent);
      expect(await ask(input)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
      expect(ran).toBe(false);
    },
  );

  it('collects at most ten problems of a list, however long it is', async () => {
    const ask = handle('dataset.label', () => ({ changed: 0 }), silent);
    const problemsOf = async (input: object): Promise<string[]> => {
      const answer = await ask({ project: 'p', label: 'a', images: [1], ...input });
      if (answer.ok) throw new Error('it was taken');
      expect(answer.error.code).toBe('bad_request');
      return (answer.error.hint ?? '').split('\n').filter((line) => line.startsWith('✖'));
    };
    expect(await problemsOf({ images: new Array(2_000_000).fill('x') })).toHaveLength(1);
    expect(await problemsOf({ images: new Array(900_000).fill(null) })).toHaveLength(1);
    expect(await problemsOf({ images: new Array(1_000_001).fill(1) })).toHaveLength(1);
    const judged = handle('review.judge', () => ({ changed: 0 }), silent);
    const findings = new Array(900_000).fill({ image: 'x', reason: 'y' });
    const answer = await judged({ project: 'p', findings, decision: { verdict: 'accepted' } });
    if (answer.ok) throw new Error('it was taken');
    expect((answer.error.hint ?? '').match(/✖/g)?.length).toBeLessThanOrEqual(10);
  });

  it('rejects input nested deeper or wider than any request', async () => {
    const ask = handle('dataset.label', () => ({ changed: 0 }), silent);
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    const wide = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`key ${index}`, index]));
    for (const extra of [deep, wide]) {
      const answer = await ask({ project: 'p', label: 'a', images: [1], extra });
      expect(answer).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    }
    expect(await ask({ project: 'p', label: 'a', images: [1] })).toEqual({ ok: true, value: { changed: 0 } });
  });

  it('passes on an expected error unchanged, without logging it', async () => {
    const logged: unknown[] = [];
    const ask = handle(
      'jobs.cancel',
      () => {
        throw new FoveaError('job_unknown', 'This job is no longer available.', { hint: 'Start it again.' });
      },
      { ...silent, log: { failure: (...failure) => logged.push(failure) } },
    );
    expect(await ask({ job: 'j' })).toEqual({
      ok: false,
      error: { code: 'job_unknown', message: 'This job is no longer available.', hint: 'Start it again.' },
    });
    expect(logged).toEqual([]);
  });

  it('replies to a bug with internal, reveals nothing of it, and logs it', async () => {
    const logged: unknown[] = [];
    const bug = new TypeError('cannot read /home/jane/patient.dcm');
    const ask = handle('jobs.cancel', () => Promise.reject(bug), {
      ...silent,
      log: { failure: (...failure) => logged.push(failure) },
    });
    const answer = await ask({ job: 'j' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(answer)).not.toContain('jane');
    expect(logged).toEqual([['jobs.cancel', bug]]);
  });

  it('announces the changes of a command once, and nothing on failure or a query', async () => {
    const events = createEvents();
    const heard: EventPayload<'changed'>[] = [];
    events.on('changed', (change) => heard.push(change));
    const options = { ...silent, events };
    await handle('dataset.label', () => ({ changed: 1 }), options)({ project: 'p', label: 'a', images: [1] });
    expect(heard).toEqual([{ project: 'p', topics: ['labels'] }]);
    await handle('backbones.remove', () => ({}), options)({ name: 'n' });
    expect(heard.slice(1)).toEqual([{ project: null, topics: ['backbones'] }]);
    await handle('dataset.ids', () => ({ ids: [] }), options)({ project: 'p', filter: {} });
    const refuse = () => {
      throw new FoveaError('class_empty', 'A class needs a name.');
    };
    await handle('dataset.label', refuse, options)({ project: 'p', label: 'a', images: [1] });
    expect(heard).toHaveLength(2);
  });

  it('replies to a job with its id', async () => {
    const started = { id: 'j', name: 'confounders.scan', result: new Promise<never>(() => {}) } as const;
    const ask = handle('confounders.scan', () => started, silent);
    expect(await ask({ project: 'p' })).toEqual({ ok: true, value: { job: 'j' } });
  });

  it('withholds fields outside the contract, and treats a wrong reply as a bug', async () => {
    const surplus = { ids: [1], secret: '/home/jane' } as RequestOutput<'dataset.ids'>;
    const input = { project: 'p', filter: {} };
    expect(await handle('dataset.ids', () => surplus, silent)(input)).toEqual({ ok: true, value: { ids: [1] } });
    const wrong = { ids: ['1'] } as unknown as RequestOutput<'dataset.ids'>;
    expect(await handle('dataset.ids', () => wrong, silent)(input)).toMatchObject({ error: { code: 'internal' } });
  });
});

it.each(['nothing.here', '__proto__', 'constructor', 'toString', ''])('rejects the request %j', async (name) => {
  const dispatch = createDispatch({} as Handlers, silent);
  expect(await dispatch(name, {})).toMatchObject({ ok: false, error: { code: 'unknown_request' } });
});
