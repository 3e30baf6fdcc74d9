import type { EngineRequestName, EngineRequests } from '../core/protocol';
import type { EngineCall } from './client';

/** Returns the result of an engine call, and cancels the call when `signal` aborts. */
export function cancelOnAbort<K extends EngineRequestName>(
  call: EngineCall<K>,
  signal: AbortSignal,
): Promise<EngineRequests[K]['output']> {
  const cancel = () => call.control('cancel');
  signal.addEventListener('abort', cancel, { once: true });
  return call.result.finally(() => signal.removeEventListener('abort', cancel));
}
