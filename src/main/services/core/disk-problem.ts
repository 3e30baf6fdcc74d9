import { FoveaError } from '#shared/ipc/errors';

const DISK_PROBLEMS = new Set(['disk_full', 'disk_failed', 'not_writable', 'project_unwritable', 'project_away']);

/** The disk is full, fails, is read-only now or away: a person can mend it, and nothing of the work is to blame. */
export const isDiskProblem = (error: unknown): boolean => error instanceof FoveaError && DISK_PROBLEMS.has(error.code);
