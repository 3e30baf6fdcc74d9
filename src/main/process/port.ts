/** The child's end of a host: messages to and from its parent, whatever started it. */
export interface HostPort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  connected(): boolean;
}

/** Electron's addition to `process` in a utility process; declared here because this layer does not know Electron. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/**
 * Connects to the parent under `utilityProcess` (`process.parentPort`) and under `child_process.fork`. `onGone` is
 * called when the parent of a fork has ended, so that no host outlives the app (Electron ends its utility processes
 * itself).
 */
export function connectToParent(onGone: () => void = () => process.exit(0)): HostPort {
  const parentPort = (process as { readonly parentPort?: ParentPort }).parentPort;
  if (parentPort !== undefined) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', (event) => listener(event.data)),
      connected: () => true,
    };
  }
  if (process.send === undefined) throw new Error('A host must be started by Fovea.');
  process.once('disconnect', onGone);
  return {
    send: (message) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => {});
    },
    onMessage: (listener) => {
      process.on('message', listener);
    },
    connected: () => process.connected,
  };
}
