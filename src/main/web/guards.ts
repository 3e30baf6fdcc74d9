import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ErrorInfo } from '#shared/ipc/errors';

/** 256 random bits, URL-safe. */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in constant time, so that the duration reveals nothing about the token. */
export function isToken(candidate: string | undefined, token: string): boolean {
  if (candidate === undefined) return false;
  const left = Buffer.from(candidate);
  const right = Buffer.from(token);
  return left.length === right.length && timingSafeEqual(left, right);
}

export interface GuardOptions {
  readonly token: string;
  /** Known only once the server listens. */
  readonly port: () => number;
}

const allowedHosts = (port: number) => [`127.0.0.1:${port}`, `localhost:${port}`];

/** Cookies are shared by all ports of a host; the port in the name keeps two instances of Fovea apart. */
const cookieName = (port: number) => `fovea-${port}`;

const refuse = (status: 401 | 403, error: ErrorInfo) =>
  Response.json({ ok: false, error }, { status, headers: { 'cache-control': 'no-store' } });

/** Refuses any foreign name in `Host`, such as a domain that a page points at 127.0.0.1 (DNS rebinding). */
export function hostGuard({ port }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    if (allowedHosts(port()).includes(context.req.header('host') ?? '')) return next();
    return refuse(403, {
      code: 'wrong_host',
      message: 'Fovea only accepts requests to the address it printed.',
      hint: 'Through an SSH tunnel, use the same port number on both sides.',
    });
  };
}

/**
 * Refuses requests from other sites. Browsers name the origin on every POST; a script that sends the token in
 * `Authorization` may omit it.
 */
export function originGuard({ token, port }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const origin = req.header('origin');
    const own = allowedHosts(port()).map((host) => `http://${host}`);
    const isKnown =
      origin === undefined ? isSafeMethod(req.method) || isToken(bearerOf(context), token) : own.includes(origin);
    const site = req.header('sec-fetch-site');
    const isForeign = site === 'cross-site' || site === 'same-site';
    // Following a link to the page itself does not count as a request by the other site.
    const isNavigation = req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate' && req.path === '/';
    if (isKnown && (!isForeign || isNavigation)) return next();
    return refuse(403, {
      code: 'wrong_origin',
      message: 'Fovea only accepts requests from its own page.',
      hint: 'Open the address that Fovea printed.',
    });
  };
}

const isSafeMethod = (method: string) => method === 'GET' || method === 'HEAD';
const bearerOf = ({ req }: Context): string | undefined => /^Bearer (.*)$/.exec(req.header('authorization') ?? '')?.[1];

/**
 * Opening `/?token=…`, the address that Fovea prints, sets the cookie and redirects to `/`, so that the token does not
 * stay in the address bar. Every other request needs the cookie or `Authorization: Bearer`.
 */
export function tokenGuard({ token, port }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const name = cookieName(port());
    if (req.method === 'GET' && req.path === '/' && isToken(req.query('token'), token)) {
      setCookie(context, name, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
      context.header('referrer-policy', 'no-referrer');
      context.header('cache-control', 'no-store');
      return context.redirect('/', 303);
    }
    if (isToken(getCookie(context, name), token) || isToken(bearerOf(context), token)) return next();
    const message = 'This page needs the address with the token that Fovea printed at startup.';
    if (req.path === '/') return context.text(message, 401);
    return refuse(401, { code: 'signed_out', message, hint: 'Open that address again.' });
  };
}
