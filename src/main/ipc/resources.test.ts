import { describe, expect, it } from 'vitest';
import { FoveaError } from '#shared/ipc/errors';
import { resourcePaths } from '#shared/ipc/resources';
import type { ResourceSources } from '../services/core/resource';
import { createResources } from './resources';

const asked: unknown[] = [];
const logged: unknown[] = [];
const answer =
  (name: string, type: string) =>
  async (...parameters: unknown[]) => {
    asked.push([name, ...parameters]);
    return { bytes: new Uint8Array([1, 2, 3]), type };
  };
const sources: ResourceSources = {
  thumbnail: answer('thumbnail', 'image/jpeg'),
  raster: answer('raster', 'image/png'),
  display: answer('display', 'image/png'),
  augmented: answer('augmented', 'image/png'),
  predictionImage: async () => {
    throw new FoveaError('not_found', 'This prediction is gone.');
  },
  predictionAttention: async () => {
    throw new TypeError('a bug at /home/jane');
  },
  report: answer('report', 'text/html; charset=utf-8'),
};
const app = createResources(sources, { failure: (...failure) => logged.push(failure) });
const get = (path: string) => {
  asked.length = 0;
  return app.request(path);
};

describe('resources', () => {
  it('serves the paths that the window builds', async () => {
    const thumbnail = await get(resourcePaths.thumbnail('p-1_x', 7));
    expect(new Uint8Array(await thumbnail.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
    expect(thumbnail.headers.get('cache-control')).toMatch(/private.*immutable/);
    expect(thumbnail.headers.get('x-content-type-options')).toBe('nosniff');
    expect(asked).toEqual([['thumbnail', 'p-1_x', 7]]);

    await get(resourcePaths.display('p', 7, { frame: 2, center: -40.5, width: 400, invert: true }));
    expect(asked).toEqual([['display', 'p', 7, { frame: 2, window: { center: -40.5, width: 400 }, invert: true }]]);
    await get(resourcePaths.display('p', 7));
    expect(asked).toEqual([['display', 'p', 7, { frame: null, window: null, invert: false }]]);
    const changing = await get(resourcePaths.raster('p', 7));
    expect(changing.headers.get('cache-control')).toBe('private, no-cache');
    await get(resourcePaths.augmented('p', 7, 3, '{"enabled":true}'));
    expect(asked).toEqual([['augmented', 'p', 7, { seed: 3, config: '{"enabled":true}' }]]);
    await get(resourcePaths.augmented('p', 7, 3, '{"enabled":true}', '{"version":1}'));
    const whole = { seed: 3, config: '{"enabled":true}', pipeline: '{"version":1}' };
    expect(asked).toEqual([['augmented', 'p', 7, whole]]);
  });

  it.each([
    '/resource/thumbnail/p/x',
    '/resource/thumbnail/p/-1',
    '/resource/thumbnail/p/1.5',
    '/resource/thumbnail/..%2Fsecret/1',
    `/resource/thumbnail/${'p'.repeat(201)}/1`,
    '/resource/display/p/1?width=0&center=1',
    '/resource/display/p/1?frame=-1',
    '/resource/display/p/1?center=Infinity&width=1',
    '/resource/display/p/1?invert=perhaps',
    '/resource/augmented/p/1?seed=1',
  ])('rejects %s before any handler runs', async (path) => {
    expect((await get(path)).status).toBe(400);
    expect(asked).toEqual([]);
  });

  it('serves a report that can neither run nor load anything', async () => {
    const policy = (await get(resourcePaths.report('r'))).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain('sandbox');
    expect(policy).not.toMatch(/script-src|allow-scripts|allow-same-origin/);
  });

  it('reports a missing file, and reveals nothing of a bug', async () => {
    const gone = await get(resourcePaths.predictionImage('p'));
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ code: 'not_found', message: 'This prediction is gone.' });
    const bug = await get(resourcePaths.predictionAttention('p'));
    expect(bug.status).toBe(500);
    expect(await bug.text()).not.toContain('jane');
    expect(logged).toHaveLength(1);
  });
});
