import { useEffect, useState } from 'react';
import { invoke, on } from '../../../bridge/bridge';
import { appendRecords, emptyLog, type TrainingLog } from './training-log';

const LIMIT = 20_000;
/** Minimum time between requests for new records, in milliseconds. */
const PAUSE = 300;

export interface FollowedLog {
  readonly log: TrainingLog;
  readonly error: unknown;
  readonly loaded: boolean;
}

/**
 * A run's live log. Events only signal that there is more; records are always requested from the last known one on, so
 * that a lost event loses nothing.
 */
export function useTrainingLog(project: string, run: string, active: boolean): FollowedLog {
  const [followed, setFollowed] = useState<FollowedLog>({ log: emptyLog, error: null, loaded: false });
  useEffect(() => {
    let ended = false;
    let next = 0;
    let asking = false;
    let more = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setFollowed({ log: emptyLog, error: null, loaded: false });
    const ask = async () => {
      if (asking) {
        more = true;
        return;
      }
      asking = true;
      more = false;
      try {
        const answer = await invoke('runs.log', { project, run, after: next, limit: LIMIT });
        if (ended) return;
        next = answer.next;
        setFollowed(({ log }) => ({ log: appendRecords(log, answer.records), error: null, loaded: true }));
      } catch (error) {
        if (!ended) setFollowed(({ log }) => ({ log, error, loaded: true }));
      } finally {
        timer = setTimeout(() => {
          asking = false;
          if (more && !ended) void ask();
        }, PAUSE);
      }
    };
    const ends = [
      on('run.log', (event) => {
        if (event.run === run) void ask();
      }),
      on('run.progress', (event) => {
        if (event.progress.run === run) void ask();
      }),
    ];
    void ask();
    const pulse = active ? setInterval(() => void ask(), 5000) : undefined;
    return () => {
      ended = true;
      clearTimeout(timer);
      clearInterval(pulse);
      for (const end of ends) end();
    };
  }, [project, run, active]);
  return followed;
}
