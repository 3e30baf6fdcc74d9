import { type RequestName, requests, type Topic } from '#shared/ipc/contract';

/** Changed topics of one project, or of all if `project` is null. */
export interface Change {
  readonly project: string | null;
  readonly topics: readonly Topic[];
}

/** Whether a cached query is stale after these changes: it reads one of their topics, for that project. */
export function isStale(queryKey: readonly unknown[], changes: readonly Change[]): boolean {
  const [name, input] = queryKey as readonly [RequestName, { readonly project?: string } | undefined];
  const request = requests[name];
  if (request?.kind !== 'query') return false;
  const project = input?.project;
  return changes.some(
    (change) =>
      (change.project === null || project === undefined || change.project === project) &&
      request.reads.some((topic) => change.topics.includes(topic)),
  );
}
