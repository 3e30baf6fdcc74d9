import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FoveaError } from '#shared/ipc/errors';
import { RESEARCH_USE } from '#shared/research-use';
import { startWeb } from '../../web/start';
import type { RunCommand } from '../command';
import { findElectron } from '../find-electron';
import type { Outcome } from '../outcome';
import type { Session } from '../session';
import { wholeNumber } from './numbers';

interface Options {
  readonly web?: boolean;
  readonly port: number;
}

export function addApp(program: Command, run: RunCommand): void {
  program
    .command('app')
    .description('open Fovea in a window, or serve it to a browser on this computer')
    .option('--web', 'serve it to a browser even if a window can be opened')
    .option('--port <n>', 'port of web mode; 0 picks a free one', wholeNumber(0, 65_535), 0)
    .action((options: Options) =>
      run(async (session) => {
        const electron = options.web === true ? null : findElectron(session.places.mainFolder, process.env);
        if (electron !== null && hasDisplay()) return openWindow(electron, session);
        if (options.web !== true) {
          const why = electron === null ? 'Electron is not installed' : 'No display was found';
          session.stderr.write(`${why}: open the address below in a browser instead.\n`);
        }
        return serve(session, options.port);
      }),
    );
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

async function openWindow(electron: string, { places, interrupt }: Session): Promise<Outcome> {
  const child = spawn(electron, [resolve(places.mainFolder, '../..')], { stdio: 'inherit' });
  interrupt.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', (cause) => fail(new FoveaError('no_window', 'The window could not be opened.', { cause })));
    child.once('exit', done);
  });
  if (code !== 0 && !interrupt.aborted) {
    throw new FoveaError('no_window', `The window exited with code ${code}.`, {
      hint: 'Run `fovea app --web` to use Fovea in a browser.',
    });
  }
  return { result: { mode: 'desktop' }, text: '' };
}

/** Serves until Ctrl-C, the normal way to end it. The address goes to stderr; the outcome follows at the end. */
async function serve(session: Session, port: number): Promise<Outcome> {
  const { services, places, log, interrupt, stderr } = session;
  const web = await startWeb({ services, log, port, rendererFolder: places.rendererFolder });
  stderr.write(`Fovea: ${web.address}\n${RESEARCH_USE} Press Ctrl-C to stop.\n`);
  await new Promise<void>((done) => {
    if (interrupt.aborted) done();
    interrupt.addEventListener('abort', () => done(), { once: true });
  });
  await web.close();
  return { result: { mode: 'web', url: web.origin }, text: 'Fovea has stopped. Everything is saved.' };
}
