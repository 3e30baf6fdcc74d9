import { z } from 'zod';
import { type RequestName, type RequestOutput, type RequestParsed, requests } from '#shared/ipc/contract';
import { type Answer, FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { MOST_PROBLEMS } from '#shared/models/list';
import { outOfBounds } from './input-limits';

/** What answers one request: parsed input in, plain data out, an expected failure thrown as a `FoveaError`. */
export type Handler<K extends RequestName> = (input: RequestParsed<K>) => Promise<RequestOutput<K>> | RequestOutput<K>;

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

/**
 * Wraps a handler into what every transport calls: parses the input (a bad one is answered `bad_request`), runs the
 * handler, checks that the output is what the contract says, and answers the envelope. Never throws: what is not a
 * `FoveaError` is a bug, goes to the log and is answered as `internal`.
 */
export function handle<K extends RequestName>(
  name: K,
  handler: Handler<K>,
  log: FailureLog,
): (input: unknown) => Promise<Answer<RequestOutput<K>>> {
  return async (input) => {
    try {
      const value = await handler(parseInput(name, input));
      return { ok: true, value: requests[name].output.parse(value) as RequestOutput<K> };
    } catch (error) {
      if (!(error instanceof FoveaError)) log.failure(name, error);
      return { ok: false, error: toErrorInfo(error) };
    }
  };
}

function parseInput<K extends RequestName>(name: K, input: unknown): RequestParsed<K> {
  const bounds = outOfBounds(input);
  const parsed = bounds === null ? requests[name].input.safeParse(input) : null;
  if (parsed?.success === true) return parsed.data as RequestParsed<K>;
  throw new FoveaError('bad_request', `Fovea was asked for ${name} in a way it does not understand.`, {
    hint: bounds ?? describe(parsed?.error.issues ?? []),
  });
}

function describe(issues: readonly z.core.$ZodIssue[]): string {
  const text = z.prettifyError(new z.ZodError(issues.slice(0, MOST_PROBLEMS)));
  return issues.length > MOST_PROBLEMS ? `${text}\n… and more` : text;
}

/** Answers any request by its name, which may come from outside and be anything. */
export type Dispatch = (name: string, input: unknown) => Promise<Answer<unknown>>;

export function createDispatch(handlers: Handlers, log: FailureLog): Dispatch {
  const table = new Map<string, (input: unknown) => Promise<Answer<unknown>>>();
  const add = <K extends RequestName>(name: K) => table.set(name, handle(name, handlers[name] as Handler<K>, log));
  for (const name of Object.keys(requests) as RequestName[]) add(name);
  return async (name, input) =>
    (await table.get(name)?.(input)) ?? {
      ok: false,
      error: { code: 'unknown_request', message: 'Fovea has no such request.', hint: null },
    };
}
