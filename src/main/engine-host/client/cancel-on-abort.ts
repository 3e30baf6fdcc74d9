import type { EngineRequestName, EngineRequests } from '../core/protocol';
import type { EngineCall } from './client';

/** The result of a call to the engine, which is cancelled when `signal` says so. */
export function cancelOnAbort<K extends EngineRequestName>(
  call: EngineCall<K>,
  signal: AbortSignal,
): Promise<EngineRequests[K]['output']> {
  const cancel = () => call.control('cancel');
  signal.addEventListener('abort', cancel, { once: true });
  return call.result.finally(() => signal.removeEventListener('abort', cancel));
}
