import type { HostLauncher } from '../process/host';
import { residentBytes } from './resident-memory';

/** Peaks of resident memory during a measurement, MiB. */
export interface MemoryPeaks {
  /** This process. */
  readonly main: number;
  /** Each child process, in order of their start, without those too short-lived to be sampled. */
  readonly hosts: readonly number[];
}

const SAMPLE_MILLISECONDS = 200;
const MEBIBYTE = 2 ** 20;

/** Samples this process and all that are started through `launcher`, until `stop`. */
export function watchMemory(launch: HostLauncher): {
  readonly launcher: HostLauncher;
  peaks(): MemoryPeaks;
  stop(): void;
} {
  const peaks = new Map<number, number>();
  const record = (pid: number, bytes: number) => peaks.set(pid, Math.max(peaks.get(pid) ?? 0, bytes));
  const sample = async (): Promise<void> => {
    record(process.pid, process.memoryUsage.rss());
    for (const pid of peaks.keys()) {
      const bytes = pid === process.pid ? null : await residentBytes(pid);
      if (bytes !== null) record(pid, bytes);
    }
  };
  record(process.pid, process.memoryUsage.rss());
  const timer = setInterval(() => void sample(), SAMPLE_MILLISECONDS);
  return {
    launcher(options) {
      const host = launch(options);
      if (host.pid !== undefined) record(host.pid, 0);
      return host;
    },
    stop: () => clearInterval(timer),
    peaks() {
      record(process.pid, process.memoryUsage.rss());
      const { [process.pid]: main = 0, ...hosts } = Object.fromEntries(peaks);
      return {
        main: main / MEBIBYTE,
        hosts: Object.values(hosts).flatMap((bytes) => (bytes > 0 ? bytes / MEBIBYTE : [])),
      };
    },
  };
}
