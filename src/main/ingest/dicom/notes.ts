/**
 * What is odd in a file and what was done about it: sentences for people, each once, in the order they were met. They
 * name attributes and never quote a value, which may be anybody's name.
 */
export type Notes = Pick<Set<string>, 'add'>;
