/**
 * Irregularities of a file and how they were handled: sentences for people, without repetition, in order of occurrence.
 * They name attributes and never quote a value, which could be anybody's name.
 */
export type Notes = Pick<Set<string>, 'add'>;
