import type { Outcome } from './outcome';
import type { Session } from './session';

/** Runs a command's work with its own session and writes the outcome to stdout or stderr. */
export type RunCommand = (work: (session: Session) => Promise<Outcome>) => Promise<void>;
