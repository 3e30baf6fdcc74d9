import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/**
 * The window's content security policy. Scripts come from the built renderer only. Styles may be inline because the
 * component library writes its CSS variables into style elements. `frame-src` is for reports.
 */
export const WINDOW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Returns a file of the built renderer, or null if there is none; `/` is index.html. Serves only files of a known type
 * below `folder`. Built assets carry a hash in their name and may be cached; the page itself may not.
 */
export async function serveStatic(folder: string, path: string): Promise<Response | null> {
  const name = decode(path === '/' ? '/index.html' : path);
  if (name?.includes('\0') !== false) return null;
  const root = resolve(folder);
  const file = resolve(root, `.${name}`);
  const type = TYPES[extname(file)];
  if (!file.startsWith(root + sep) || type === undefined) return null;
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) return null;
  const cacheControl = name.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache';
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': type,
      'cache-control': cacheControl,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      ...(type.startsWith('text/html') ? { 'content-security-policy': WINDOW_POLICY } : {}),
    },
  });
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
