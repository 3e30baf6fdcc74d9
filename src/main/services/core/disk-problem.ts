import { FoveaError } from '#shared/ipc/errors';

const DISK_PROBLEMS = new Set(['disk_full', 'disk_failed', 'not_writable', 'project_unwritable', 'project_away']);

/** Whether the disk is full, failing, read-only or gone: a person can fix it, and the work is not at fault. */
export const isDiskProblem = (error: unknown): boolean => error instanceof FoveaError && DISK_PROBLEMS.has(error.code);
