import { fork } from 'node:child_process';
import { exitReason } from './exit-reason';
import type { HostLauncher } from './host';

/** Time for a host to exit by itself before it is killed. */
const GRACE_MILLISECONDS = 2000;

/**
 * Starts hosts with `child_process.fork`, for the command line and web mode. `advanced` serialization is the structured
 * clone, so typed arrays arrive as typed arrays. A host also exits when its parent is gone.
 */
export const launchNodeHost: HostLauncher = (options) => {
  const child = fork(options.entry, [], {
    serialization: 'advanced',
    execArgv: options.maxOldSpaceMB === undefined ? [] : [`--max-old-space-size=${options.maxOldSpaceMB}`],
    env: { ...process.env, ...options.environment },
    // Nothing of a child may reach stdout, which carries only the command line's result.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  let exited = false;
  let report: (reason: string) => void = () => {};
  let pending: string | null = null;
  const end = (reason: string) => {
    if (exited) return;
    exited = true;
    pending = reason;
    report(reason);
  };
  child.once('exit', (code, signal) => end(exitReason(code, signal)));
  child.once('error', (error: NodeJS.ErrnoException) => end(`could not be started (${error.code ?? error.message})`));
  return {
    pid: child.pid,
    send: (message) => {
      // A failed send to a dying child is not an error of its own: the exit that follows carries the reason.
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      report = listener;
      if (pending !== null) listener(pending);
    },
    kill: () => {
      if (exited) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MILLISECONDS);
      timer.unref();
      child.once('exit', () => clearTimeout(timer));
    },
  };
};
