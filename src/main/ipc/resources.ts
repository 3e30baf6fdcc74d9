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
  pipeline: z.string().max(4_000).optional(),
});

/** For thumbnails: an image's thumbnail never changes under its id, and ids are never reused. */
const IMMUTABLE = 'private, max-age=31536000, immutable';
/** For responses that depend on a file, a grey window or a run's state. */
const REVALIDATE = 'private, no-cache';

/** Isolates a report as a page in an origin of its own: no scripts, no network, only embedded content. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-modals";

/**
 * The routes of `/resource/...` as a fetch-style app, shared by Electron's protocol handler and web mode's server.
 * Failures are the JSON of an `ErrorInfo` with status 400, 404 or 500.
 */
export function createResources(sources: ResourceSources, log: FailureLog): Hono {
  const app = new Hono();
  const respond = (resource: Resource, cache: string, headers: Record<string, string> = {}) =>
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
    return respond(await sources.thumbnail(project, image), IMMUTABLE);
  });
  app.get('/resource/raster/:project/:image', async (context) => {
    const { project, image } = imageParameters.parse(context.req.param());
    return respond(await sources.raster(project, image), REVALIDATE);
  });
  app.get('/resource/display/:project/:image', async (context) => {
    const { project, image } = imageParameters.parse(context.req.param());
    const { frame, center, width, invert } = displayQuery.parse(context.req.query());
    const window = center === undefined || width === undefined ? null : { center, width };
    const options = { frame: frame ?? null, window, invert: invert === 'true' };
    return respond(await sources.display(project, image, options), REVALIDATE);
  });
  app.get('/resource/augmented/:project/:image', async (context) => {
    const { project, image } = imageParameters.parse(context.req.param());
    return respond(await sources.augmented(project, image, augmentedQuery.parse(context.req.query())), REVALIDATE);
  });
  app.get('/resource/prediction/:prediction/image', async (context) =>
    respond(await sources.predictionImage(identifier.parse(context.req.param('prediction'))), REVALIDATE),
  );
  app.get('/resource/prediction/:prediction/attention', async (context) =>
    respond(await sources.predictionAttention(identifier.parse(context.req.param('prediction'))), REVALIDATE),
  );
  app.get('/resource/report/:id', async (context) => {
    const report = await sources.report(identifier.parse(context.req.param('id')));
    return respond(report, REVALIDATE, { 'content-security-policy': REPORT_POLICY });
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
