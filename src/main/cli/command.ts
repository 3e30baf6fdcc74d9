import type { Outcome } from './outcome';
import type { Session } from './session';

/** Runs the work of one command with a session of its own, and writes its outcome where it belongs. */
export type RunCommand = (work: (session: Session) => Promise<Outcome>) => Promise<void>;
