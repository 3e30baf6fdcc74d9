import { Hono } from 'hono';
import { z } from 'zod';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { Resource, ResourceSources } from '../services/core/resource';
import type { FailureLog } from './handle';

const identifier = z.string().regex(/^[\w.-]{1,200}$/);
const imageParameters = z.object({ project: identifier, image: z.coerce.number().int().min(0) });
const finite = z.coerce.number().finite();
const displayQuery = z.object({
  frame: z.coerce.number().int().min(0).optional(),
  center: finite.optional(),
  width: finite.positive().optional(),
  invert: z.enum(['true', 'false']).default('false'),
});
const augmentedQuery = z.object({
  seed: z.coerce.number().int().min(0).max(0xffffffff),
  config: z.string().max(4_000),
});

/** An image's thumbnail never changes under its id, and ids are not used twice. */
const KEEP = 'private, max-age=31536000, immutable';
/** What a file, a window or a run's state can change. */
const ASK_AGAIN = 'private, no-cache';

/**
 * A report is a page of its own: no script, no network, nothing but what is inside it, in an origin of its own.
 */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-modals";

/**
 * The routes of `/resource/...` as a fetch-style app, which Electron's protocol handler and web mode's server share.
 * Failures are answered as the JSON of an `ErrorInfo` with status 400, 404 or 500.
 */
export function createResources(sources: ResourceSources, log: FailureLog): Hono {
  const app = new Hono();
  const answer = (resource: Resource, cache: string, headers: Record<string, string> = {}) =>
    new Response(new Uint8Array(resource.bytes), {
      headers: {
        'content-type': resource.type,
        'cache-control': cache,
        'x-content-type-options': 'nosniff',
        ...headers,
      },
    });

  app.get('/resource/thumbnail/:project/:image', async (context) => {
    const { project, image } = imageParameters.parse(context.req.param());
    return answer(await sources.thumbnail(project, image), KEEP);
  });
  app.get('/resource/raster/:project/:image', async (context) => {
    const { project, image } = imageParameters.parse(context.req.param());
    return answer(await sources.raster(project, image), ASK_AGAIN);
  });
  app.get('/resource/display/:project/:image', async (context) => {
    const { project, image } = imageParameters.parse(context.req.param());
    const { frame, center, width, invert } = displayQuery.parse(context.req.query());
    const window = center === undefined || width === undefined ? null : { center, width };
    const options = { frame: frame ?? null, window, invert: invert === 'true' };
    return answer(await sources.display(project, image, options), ASK_AGAIN);
  });
  app.get('/resource/augmented/:project/:image', async (context) => {
    const { project, image } = imageParameters.parse(context.req.param());
    return answer(await sources.augmented(project, image, augmentedQuery.parse(context.req.query())), ASK_AGAIN);
  });
  app.get('/resource/prediction/:prediction/image', async (context) =>
    answer(await sources.predictionImage(identifier.parse(context.req.param('prediction'))), ASK_AGAIN),
  );
  app.get('/resource/prediction/:prediction/attention', async (context) =>
    answer(await sources.predictionAttention(identifier.parse(context.req.param('prediction'))), ASK_AGAIN),
  );
  app.get('/resource/report/:id', async (context) => {
    const report = await sources.report(identifier.parse(context.req.param('id')));
    return answer(report, ASK_AGAIN, { 'content-security-policy': REPORT_POLICY });
  });

  app.onError((error) => {
    const failure = (status: number, caught: unknown) =>
      Response.json(toErrorInfo(caught), { status, headers: { 'cache-control': 'no-store' } });
    if (error instanceof z.ZodError) {
      return failure(400, new FoveaError('bad_request', 'Invalid image request.'));
    }
    if (error instanceof FoveaError) return failure(error.code === 'not_found' ? 404 : 400, error);
    log.failure('resource', error);
    return failure(500, error);
  });
  return app;
}
