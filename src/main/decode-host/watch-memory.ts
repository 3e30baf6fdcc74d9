import type { HostLauncher } from '../process/host';
import { residentBytes } from './resident-memory';

/** Peaks of resident memory while something is measured, MiB. */
export interface MemoryPeaks {
  /** Of this process. */
  readonly main: number;
  /** Of each child process, in order of their start; those that lived too short to be looked at are left out. */
  readonly hosts: readonly number[];
}

const LOOK_MILLISECONDS = 200;
const MEBIBYTE = 2 ** 20;

/** Looks at this process and at all that are started through `launcher`, until `stop`. */
export function watchMemory(launch: HostLauncher): {
  readonly launcher: HostLauncher;
  peaks(): MemoryPeaks;
  stop(): void;
} {
  const peaks = new Map<number, number>();
  const note = (pid: number, bytes: number) => peaks.set(pid, Math.max(peaks.get(pid) ?? 0, bytes));
  const look = async (): Promise<void> => {
    note(process.pid, process.memoryUsage.rss());
    for (const pid of peaks.keys()) {
      const bytes = pid === process.pid ? null : await residentBytes(pid);
      if (bytes !== null) note(pid, bytes);
    }
  };
  note(process.pid, process.memoryUsage.rss());
  const timer = setInterval(() => void look(), LOOK_MILLISECONDS);
  return {
    launcher(options) {
      const host = launch(options);
      if (host.pid !== undefined) note(host.pid, 0);
      return host;
    },
    stop: () => clearInterval(timer),
    peaks() {
      note(process.pid, process.memoryUsage.rss());
      const { [process.pid]: main = 0, ...hosts } = Object.fromEntries(peaks);
      return {
        main: main / MEBIBYTE,
        hosts: Object.values(hosts).flatMap((bytes) => (bytes > 0 ? bytes / MEBIBYTE : [])),
      };
    },
  };
}
