import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import { connectToParent } from '../process/port';
import { prepareBatch } from './batches/prepare-batch';
import type { EngineCommand, EngineMessage, EngineRequestName, EngineRequests } from './core/protocol';
import type { RequestContext } from './core/request-context';
import { distilImages } from './distillation/distil-images';
import { classify } from './inference/classify';
import { comparePrecisions } from './inference/compare-precisions';
import { exportOnnx } from './inference/export-onnx';
import { bench } from './machine/bench';
import { listDevices } from './machine/devices';
import { estimate } from './machine/estimate';
import { findFastestDevice } from './machine/fastest-device';
import { machineSpeed } from './machine/machine-speed';
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
  distil: distilImages,
  inspectBackbone,
  prepareBatch,
  exportOnnx,
  comparePrecisions,
  selftest,
  bench,
  devices: async () => ({ devices: await listDevices() }),
  fastestDevice: () => findFastestDevice(),
  speed: machineSpeed,
};

/** Minimum time between progress messages of a run; a change of phase is sent at once. */
const PROGRESS_MILLISECONDS = 100;
/** Time for a run to save its state after the parent is gone. */
const SHUTDOWN_MILLISECONDS = 15_000;

type RequestCommand = Extract<EngineCommand, { kind: 'request' }>;

interface Active {
  readonly id: number;
  action: 'pause' | 'stop' | 'cancel' | null;
  retry: boolean;
}
/** The current request, then the quick request that runs in a break of it. */
const active: Active[] = [];
/** Requests not started yet. */
const waiting: RequestCommand[] = [];
const send = (message: EngineMessage) => port.send(message);

const port = connectToParent(() => {
  if (active.length === 0) process.exit(0);
  for (const running of active) running.action ??= 'pause';
  setTimeout(() => process.exit(0), SHUTDOWN_MILLISECONDS).unref();
});

function contextOf(id: number, state: Active): RequestContext {
  let reportedAt = 0;
  let phase = '';
  return {
    progress: (name, done, total) => send({ kind: 'progress', id, phase: name, done, total }),
    runProgress: (progress) => {
      const now = performance.now();
      if (progress.phase === phase && now - reportedAt < PROGRESS_MILLISECONDS) return;
      reportedAt = now;
      phase = progress.phase;
      send({ kind: 'run-progress', id, progress });
    },
    log: (record) => send({ kind: 'log', id, record }),
    control: () => state.action,
    stall: (reason) => send({ kind: 'stall', id, reason: reason === null ? null : toErrorInfo(reason) }),
    consumeRetry: () => {
      const { retry } = state;
      state.retry = false;
      return retry;
    },
    yieldToMessages: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (active[0] === state) await handleWaiting();
    },
  };
}

/** Handles waiting requests one after the other. */
async function handleWaiting(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await handle(next);
}

async function handle(command: RequestCommand): Promise<void> {
  const { id, name } = command;
  const state: Active = { id, action: null, retry: false };
  active.push(state);
  try {
    const handler = handlers[name] as (input: unknown, context: RequestContext) => Promise<never>;
    const output = await handler(command.input, contextOf(id, state));
    active.pop();
    send({ kind: 'answer', id, output });
  } catch (error) {
    active.pop();
    const info = toErrorInfo(error);
    if (info.code === 'internal') process.stderr.write(`engine: ${error instanceof Error ? error.stack : error}\n`);
    send({ kind: 'error', id, error: info });
  }
  if (active.length === 0 && !port.connected()) process.exit(0);
}

function control(id: number, action: Extract<EngineCommand, { kind: 'control' }>['action']): void {
  const running = active.find((one) => one.id === id);
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
      // Otherwise it starts at the next break of the current request, or at its end.
      if (active.length === 0) void handleWaiting();
      break;
    case 'control':
      control(command.id, command.action);
      break;
  }
});

// Ctrl-C in a terminal reaches the whole process group; the parent decides what to do.
process.on('SIGINT', () => {});

send({ kind: 'ready' });
