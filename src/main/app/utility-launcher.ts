import { utilityProcess } from 'electron';
import { exitReason } from '../process/exit-reason';
import type { HostLauncher } from '../process/host';

/** Hosts as Electron's utility processes: Node without a window, ended with the app. */
export const launchUtility: HostLauncher = ({ entry, name, environment = {}, maxOldSpaceMB }) => {
  const child = utilityProcess.fork(entry, [], {
    serviceName: name,
    stdio: 'ignore',
    env: { ...process.env, ...environment },
    execArgv: maxOldSpaceMB === undefined ? [] : [`--max-old-space-size=${maxOldSpaceMB}`],
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
      child.once('exit', (code) => listener(exitReason(code, null)));
    },
    kill: () => {
      child.kill();
    },
  };
};
