import { FoveaError } from '#shared/ipc/errors';
import { openAnswer } from './answer';

/**
 * Posts a request to web mode's server and unwraps its answer. Rejects with a `FoveaError`, also if the server is down
 * (`unreachable`), if this page belongs to an earlier start (`signed_out`), or if the response comes from something in
 * between, such as a tunnel's error page (`bad_answer`). An abort rejects like an aborted `fetch`.
 */
export async function post(path: string, init: Omit<RequestInit, 'method'>): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, method: 'POST' });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new FoveaError('unreachable', 'Fovea is not responding.', {
      hint: 'It may have been closed. Restart it and reload this page.',
      cause: error,
    });
  }
  if (response.status === 401) {
    throw new FoveaError('signed_out', 'This page is not signed in to Fovea.', {
      hint: 'Fovea was restarted. Open the address it printed.',
    });
  }
  return openAnswer(await response.json().catch(() => null));
}
