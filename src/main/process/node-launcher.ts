import { fork } from 'node:child_process';
import { exitReason } from './exit-reason';
import type { HostLauncher } from './host';

/** How long a host may take to leave by itself before it is killed. */
const GRACE_MILLISECONDS = 2000;

/**
 * Starts hosts with `child_process.fork`: what the command line and web mode use. `advanced` serialization is the
 * structured clone, so typed arrays arrive as typed arrays. A host also ends by itself when its parent is gone.
 */
export const launchNodeHost: HostLauncher = (options) => {
  const child = fork(options.entry, [], {
    serialization: 'advanced',
    execArgv: options.maxOldSpaceMB === undefined ? [] : [`--max-old-space-size=${options.maxOldSpaceMB}`],
    env: { ...process.env, ...options.environment },
    // Nothing of a child may reach stdout: the command line's answer stands there alone.
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
      // A send to a dying child is not an error of its own: the exit follows and says why.
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
