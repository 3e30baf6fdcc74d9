import { type RequestName, requests, type Topic } from '#shared/ipc/contract';

/** What has changed: of one project, or (null) of all. */
export interface Change {
  readonly project: string | null;
  readonly topics: readonly Topic[];
}

/** Whether an answer in the cache is stale after these changes: its query reads what has changed, of that project. */
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
