import { z } from 'zod';
import { type JobName, type RequestName, type RequestOutput, type RequestParsed, requests } from '#shared/ipc/contract';
import { type Envelope, FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { MAX_PROBLEMS } from '#shared/models/list';
import type { Events } from '../services/core/events';
import type { Started } from '../services/core/jobs';
import { outOfBounds } from './input-limits';

/** A handler's result: plain data of the contract, or the job it has started. */
export type HandlerResult<K extends RequestName> = K extends JobName ? Started<K> : RequestOutput<K>;

/** Handles one request: takes parsed input and throws expected failures as `FoveaError`. */
export type Handler<K extends RequestName> = (input: RequestParsed<K>) => Promise<HandlerResult<K>> | HandlerResult<K>;

/** One handler per request of the contract: a missing or surplus one does not compile. */
export type Handlers = { readonly [K in RequestName]: Handler<K> };

/** Handlers of the requests whose names start with `Domain.`; each file in `handlers/` satisfies one such type. */
export type DomainHandlers<Domain extends string> = {
  readonly [K in RequestName as K extends `${Domain}.${string}` ? K : never]: Handler<K>;
};

/** Sink for unexpected errors; see `services/core/logger.ts`. */
export interface FailureLog {
  failure(what: string, error: unknown): void;
}

/** Dependencies that all handlers share. */
export interface HandleOptions {
  readonly log: FailureLog;
  /** Receives the topics that a command has changed. */
  readonly events: Pick<Events, 'emit'>;
}

/**
 * Wraps a handler for the transports: parses the input (`bad_request` if invalid), runs the handler, validates its
 * output against the contract, announces a command's changed topics, and returns the envelope. Never throws: an error
 * that is not a `FoveaError` is a bug; it is logged and returned as `internal`.
 */
export function handle<K extends RequestName>(
  name: K,
  handler: Handler<K>,
  { log, events }: HandleOptions,
): (input: unknown) => Promise<Envelope<RequestOutput<K>>> {
  const request = requests[name];
  return async (rawInput) => {
    try {
      const input = parseInput(name, rawInput);
      const result = await handler(input);
      const value = request.kind === 'job' ? { job: (result as Started<JobName>).id } : result;
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

/** The input of a request as its handler receives it. Throws `bad_request`. */
export function parseInput<K extends RequestName>(name: K, input: unknown): RequestParsed<K> {
  const bounds = outOfBounds(input);
  const parsed = bounds === null ? requests[name].input.safeParse(input) : null;
  if (parsed?.success === true) return parsed.data as RequestParsed<K>;
  throw new FoveaError('bad_request', `Invalid ${name} request.`, {
    hint: bounds ?? describe(parsed?.error.issues ?? []),
  });
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const text = z.prettifyError(new z.ZodError(issues.slice(0, MAX_PROBLEMS)));
  return issues.length > MAX_PROBLEMS ? `${text}\n… and more` : text;
}

/** Handles a request by name. The name comes from outside and may be any string. */
export type Dispatch = (name: string, input: unknown) => Promise<Envelope<unknown>>;

export function createDispatch(handlers: Handlers, options: HandleOptions): Dispatch {
  const table = new Map<string, (input: unknown) => Promise<Envelope<unknown>>>();
  const add = <K extends RequestName>(name: K) => table.set(name, handle(name, handlers[name] as Handler<K>, options));
  for (const name of Object.keys(requests) as RequestName[]) add(name);
  return async (name, input) =>
    (await table.get(name)?.(input)) ?? {
      ok: false,
      error: { code: 'unknown_request', message: 'Unknown request.', hint: null },
    };
}
