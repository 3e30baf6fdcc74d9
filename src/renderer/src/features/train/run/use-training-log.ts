import { useEffect, useState } from 'react';
import { invoke, on } from '../../../bridge/bridge';
import { appendRecords, emptyLog, type TrainingLog } from './training-log';

const MAX_RECORDS = 20_000;
/** Minimum time between requests for new records, in milliseconds. */
const MIN_INTERVAL_MS = 300;

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
    let fetching = false;
    let more = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    setFollowed({ log: emptyLog, error: null, loaded: false });
    const fetchRecords = async () => {
      if (fetching) {
        more = true;
        return;
      }
      fetching = true;
      more = false;
      try {
        const answer = await invoke('runs.log', { project, run, after: next, limit: MAX_RECORDS });
        if (ended) return;
        next = answer.next;
        setFollowed(({ log }) => ({ log: appendRecords(log, answer.records), error: null, loaded: true }));
      } catch (error) {
        if (!ended) setFollowed(({ log }) => ({ log, error, loaded: true }));
      } finally {
        timer = setTimeout(() => {
          fetching = false;
          if (more && !ended) void fetchRecords();
        }, MIN_INTERVAL_MS);
      }
    };
    const ends = [
      on('run.log', (event) => {
        if (event.run === run) void fetchRecords();
      }),
      on('run.progress', (event) => {
        if (event.progress.run === run) void fetchRecords();
      }),
    ];
    void fetchRecords();
    const poll = active ? setInterval(() => void fetchRecords(), 5000) : undefined;
    return () => {
      ended = true;
      clearTimeout(timer);
      clearInterval(poll);
      for (const end of ends) end();
    };
  }, [project, run, active]);
  return followed;
}
