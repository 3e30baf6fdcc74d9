import { toErrorInfo } from '#shared/ipc/errors';
import { connectToParent } from '../process/port';
import { bench } from './bench';
import { classify } from './classify';
import { comparePrecisions } from './compare-precisions';
import { listDevices } from './devices';
import { estimate } from './estimate';
import { exportOnnx } from './export-onnx';
import { findFastestDevice } from './fastest-device';
import { findLearningRate } from './find-learning-rate';
import { inspectBackbone } from './inspect-backbone';
import type { EngineCommand, EngineMessage, EngineRequestName, EngineRequests } from './protocol';
import type { RequestContext } from './request-context';
import { selftest } from './selftest';
import { train } from './train';

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

interface Running {
  readonly id: number;
  action: 'pause' | 'stop' | 'cancel' | null;
  retry: boolean;
}
let running: Running | null = null;
const send = (message: EngineMessage) => port.send(message);

const port = connectToParent(() => {
  if (running === null) process.exit(0);
  running.action ??= 'pause';
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
    yieldToMessages: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

async function answer(command: Extract<EngineCommand, { kind: 'request' }>): Promise<void> {
  const { id, name } = command;
  const state: Running = { id, action: null, retry: false };
  running = state;
  try {
    const handler = handlers[name] as (input: unknown, context: RequestContext) => Promise<never>;
    const output = await handler(command.input, contextOf(id, state));
    running = null;
    send({ kind: 'answer', id, output });
  } catch (error) {
    running = null;
    const info = toErrorInfo(error);
    if (info.code === 'internal') process.stderr.write(`engine: ${error instanceof Error ? error.stack : error}\n`);
    send({ kind: 'error', id, error: info });
  }
  if (!port.connected()) process.exit(0);
}

port.onMessage((message) => {
  const command = message as EngineCommand;
  switch (command.kind) {
    case 'request':
      void answer(command);
      break;
    case 'control':
      if (running?.id !== command.id) break;
      if (command.action === 'retry') running.retry = true;
      else running.action = command.action;
      break;
  }
});

// Ctrl-C in a terminal reaches the whole group: what happens then is the parent's decision.
process.on('SIGINT', () => {});

send({ kind: 'ready' });
