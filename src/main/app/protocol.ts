import { protocol } from 'electron';
import type { Hono } from 'hono';
import { serveStatic } from '../ipc/static-files';
import { isOwnAddress, SCHEME } from './origin';

/** Makes the scheme an origin of its own, with fetch and a content security policy. Call before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ]);
}

/** Serves `fovea://app/…`: resources as in web mode, then files of the built renderer. */
export function serveScheme(resources: Hono, rendererFolder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const missing = () => new Response('Not found', { status: 404 });
    if (!isOwnAddress(request.url)) return missing();
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith('/resource/')) {
      return resources.request(pathname + search, { method: request.method, headers: request.headers });
    }
    if (request.method !== 'GET') return missing();
    return (await serveStatic(rendererFolder, pathname)) ?? missing();
  });
}
