import { useState } from 'react';
import { type JobState, useJob } from '../../state/jobs';

export interface ReportState
  extends Pick<JobState<'evaluations.report'>, 'job' | 'running' | 'result' | 'error' | 'cancel'> {
  readonly opened: boolean;
  /** Opens the dialog and creates the report, anew each time. */
  open(): void;
  close(): void;
  create(): void;
}

/** The report of an evaluation: created when a person opens it, and never again by itself. */
export function useReport(target: {
  readonly project: string;
  readonly run: string;
  readonly split: 'validation' | 'test';
}): ReportState {
  const { job, running, result, error, start, cancel } = useJob('evaluations.report', target);
  const [opened, setOpened] = useState(false);
  const create = () => void start(target);
  return {
    job,
    running,
    result,
    error,
    cancel,
    opened,
    open: () => {
      setOpened(true);
      create();
    },
    close: () => setOpened(false),
    create,
  };
}
