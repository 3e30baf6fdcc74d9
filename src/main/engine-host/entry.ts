import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { connectToParent } from '../process/port';
import type { EngineCommand, EngineMessage, EngineRequestName, EngineRequests } from './core/protocol';
import type { RequestContext } from './core/request-context';
import { classify } from './inference/classify';
import { comparePrecisions } from './inference/compare-precisions';
import { exportOnnx } from './inference/export-onnx';
import { bench } from './machine/bench';
import { listDevices } from './machine/devices';
import { estimate } from './machine/estimate';
import { findFastestDevice } from './machine/fastest-device';
import { selftest } from './machine/selftest';
import { inspectBackbone } from './models/inspect-backbone';
import { findLearningRate } from './training/find-learning-rate';
import { train } from './training/train';

type Handlers = {
  [K in EngineRequestName]: (
    input: EngineRequests[K]['input'],
    context: RequestContext,
  ) => Promise<EngineRequests[K]['output']>;
};

const handlers: Handlers = {
  train,
  findLearningRate,
  classify,
  evaluate: classify,
  estimate,
  inspectBackbone,
  exportOnnx,
  comparePrecisions,
  selftest,
  bench,
  devices: async () => ({ devices: await listDevices() }),
  fastestDevice: () => findFastestDevice(),
};

/** Progress of a run is told at most this often; what changes the phase is told at once. */
const PROGRESS_MILLISECONDS = 100;
/** When the parent is gone: time for a run to save itself. */
const FAREWELL_MILLISECONDS = 15_000;

type RequestCommand = Extract<EngineCommand, { kind: 'request' }>;

interface Running {
  readonly id: number;
  action: 'pause' | 'stop' | 'cancel' | null;
  retry: boolean;
}
/** The request that is answered, and after it the quick one that is answered in a break of it. */
const inHand: Running[] = [];
/** Not begun yet. */
const waiting: RequestCommand[] = [];
const send = (message: EngineMessage) => port.send(message);

const port = connectToParent(() => {
  if (inHand.length === 0) process.exit(0);
  for (const running of inHand) running.action ??= 'pause';
  setTimeout(() => process.exit(0), FAREWELL_MILLISECONDS).unref();
});

function contextOf(id: number, state: Running): RequestContext {
  let told = 0;
  let phase = '';
  return {
    progress: (name, done, total) => send({ kind: 'progress', id, phase: name, done, total }),
    runProgress: (progress) => {
      const now = performance.now();
      if (progress.phase === phase && now - told < PROGRESS_MILLISECONDS) return;
      told = now;
      phase = progress.phase;
      send({ kind: 'run-progress', id, progress });
    },
    log: (record) => send({ kind: 'log', id, record }),
    control: () => state.action,
    hold: (reason) => send({ kind: 'hold', id, reason: reason === null ? null : toErrorInfo(reason) }),
    takeRetry: () => {
      const { retry } = state;
      state.retry = false;
      return retry;
    },
    yieldToMessages: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (inHand[0] === state) await answerWaiting();
    },
  };
}

/** Answers what waits, one after the other. */
async function answerWaiting(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await answer(next);
}

async function answer(command: RequestCommand): Promise<void> {
  const { id, name } = command;
  const state: Running = { id, action: null, retry: false };
  inHand.push(state);
  try {
    const handler = handlers[name] as (input: unknown, context: RequestContext) => Promise<never>;
    const output = await handler(command.input, contextOf(id, state));
    inHand.pop();
    send({ kind: 'answer', id, output });
  } catch (error) {
    inHand.pop();
    const info = toErrorInfo(error);
    if (info.code === 'internal') process.stderr.write(`engine: ${error instanceof Error ? error.stack : error}\n`);
    send({ kind: 'error', id, error: info });
  }
  if (inHand.length === 0 && !port.connected()) process.exit(0);
}

function control(id: number, action: Extract<EngineCommand, { kind: 'control' }>['action']): void {
  const running = inHand.find((one) => one.id === id);
  if (running !== undefined) {
    if (action === 'retry') running.retry = true;
    else running.action = action;
    return;
  }
  const place = waiting.findIndex((one) => one.id === id);
  if (place < 0 || action === 'retry') return;
  waiting.splice(place, 1);
  send({ kind: 'error', id, error: toErrorInfo(new FoveaError('cancelled', 'The job was cancelled.')) });
}

port.onMessage((message) => {
  const command = message as EngineCommand;
  switch (command.kind) {
    case 'request':
      waiting.push(command);
      // Otherwise the one in hand lets it in at its next break, or its end does.
      if (inHand.length === 0) void answerWaiting();
      break;
    case 'control':
      control(command.id, command.action);
      break;
  }
});

// Ctrl-C in a terminal reaches the whole group: what happens then is the parent's decision.
process.on('SIGINT', () => {});

send({ kind: 'ready' });
