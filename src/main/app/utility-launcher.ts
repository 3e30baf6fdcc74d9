import { utilityProcess } from 'electron';
import { exitReason } from '../process/exit-reason';
import type { HostLauncher } from '../process/host';

/** Launches hosts as Electron utility processes: Node without a window, ended with the app. */
export const launchUtility: HostLauncher = ({ entry, name, environment = {}, maxOldSpaceMB }) => {
  const child = utilityProcess.fork(entry, [], {
    serviceName: name,
    stdio: 'ignore',
    env: { ...process.env, ...environment },
    execArgv: maxOldSpaceMB === undefined ? [] : [`--max-old-space-size=${maxOldSpaceMB}`],
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code) => resolve(exitReason(code, null)));
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      void ended.then(listener);
    },
    kill: () => {
      child.kill();
    },
  };
};
