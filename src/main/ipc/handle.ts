import { z } from 'zod';
import { type JobName, type RequestName, type RequestOutput, type RequestParsed, requests } from '#shared/ipc/contract';
import { type Answer, FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { MOST_PROBLEMS } from '#shared/models/list';
import type { Events } from '../services/core/events';
import type { Started } from '../services/core/jobs';
import { outOfBounds } from './input-limits';

/** What a handler answers with: plain data of the contract, or the job that it has started. */
export type Answered<K extends RequestName> = K extends JobName ? Started<K> : RequestOutput<K>;

/** What answers one request: parsed input in, an expected failure thrown as a `FoveaError`. */
export type Handler<K extends RequestName> = (input: RequestParsed<K>) => Promise<Answered<K>> | Answered<K>;

/** One handler for each request of the contract: a missing or a surplus one does not compile. */
export type Handlers = { readonly [K in RequestName]: Handler<K> };

/** The part of the contract whose names start with `Domain.`; every file of `handlers/` satisfies one. */
export type DomainHandlers<Domain extends string> = {
  readonly [K in RequestName as K extends `${Domain}.${string}` ? K : never]: Handler<K>;
};

/** Where unexpected errors go; see `services/core/logger.ts`. */
export interface FailureLog {
  failure(what: string, error: unknown): void;
}

/** What a handler may need of the rest of main. */
export interface HandleOptions {
  readonly log: FailureLog;
  /** Hears which topics a command has changed. */
  readonly events: Pick<Events, 'emit'>;
}

/**
 * Wraps a handler into what every transport calls: parses the input (a bad one is answered `bad_request`), runs the
 * handler, checks that the output is what the contract says, announces what a command has changed, and answers the
 * envelope. Never throws: what is not a `FoveaError` is a bug, goes to the log and is answered as `internal`.
 */
export function handle<K extends RequestName>(
  name: K,
  handler: Handler<K>,
  { log, events }: HandleOptions,
): (input: unknown) => Promise<Answer<RequestOutput<K>>> {
  const request = requests[name];
  return async (given) => {
    try {
      const input = parseInput(name, given);
      const answered = await handler(input);
      const value = request.kind === 'job' ? { job: (answered as Started<JobName>).id } : answered;
      const output = request.output.parse(value) as RequestOutput<K>;
      if (request.kind === 'command' && request.changes.length > 0) {
        events.emit('changed', { project: projectOf(input), topics: [...request.changes] });
      }
      return { ok: true, value: output };
    } catch (error) {
      if (!(error instanceof FoveaError)) log.failure(name, error);
      return { ok: false, error: toErrorInfo(error) };
    }
  };
}

const projectOf = (input: object): string | null =>
  'project' in input && typeof input.project === 'string' ? input.project : null;

function parseInput<K extends RequestName>(name: K, input: unknown): RequestParsed<K> {
  const bounds = outOfBounds(input);
  const parsed = bounds === null ? requests[name].input.safeParse(input) : null;
  if (parsed?.success === true) return parsed.data as RequestParsed<K>;
  throw new FoveaError('bad_request', `Invalid ${name} request.`, {
    hint: bounds ?? describe(parsed?.error.issues ?? []),
  });
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const text = z.prettifyError(new z.ZodError(issues.slice(0, MOST_PROBLEMS)));
  return issues.length > MOST_PROBLEMS ? `${text}\n… and more` : text;
}

/** Answers any request by its name, which may come from outside and be anything. */
export type Dispatch = (name: string, input: unknown) => Promise<Answer<unknown>>;

export function createDispatch(handlers: Handlers, options: HandleOptions): Dispatch {
  const table = new Map<string, (input: unknown) => Promise<Answer<unknown>>>();
  const add = <K extends RequestName>(name: K) => table.set(name, handle(name, handlers[name] as Handler<K>, options));
  for (const name of Object.keys(requests) as RequestName[]) add(name);
  return async (name, input) =>
    (await table.get(name)?.(input)) ?? {
      ok: false,
      error: { code: 'unknown_request', message: 'Unknown request.', hint: null },
    };
}
