import { Command, CommanderError, Option } from 'commander';
import { toErrorInfo } from '#shared/ipc/errors';
import { addCommands } from './commands';
import { exitCodeOf, exitCodes, InterruptedError, jsonLine, type Outcome, UsageError } from './outcome';
import type { ProgressMode, ProgressOutput } from './progress';
import { openSession, type Session } from './session';

export interface CommandLine {
  /** Without the node and script paths. */
  readonly arguments: readonly string[];
  /** Build output of the main process (`out/main`). */
  readonly mainFolder: string;
  readonly version: string;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ProgressOutput;
  /** Aborted at the first Ctrl-C. */
  readonly interrupt: AbortSignal;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly progress?: ProgressMode;
}

/** Runs one command and returns its exit code. Writes the result to stdout and errors to stderr. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const program = createProgram(line);
  let code: number = exitCodes.done;
  addCommands(program, async (work) => {
    code = await carryOut(line, program.opts<GlobalOptions>(), work);
  });
  try {
    await program.parseAsync([...line.arguments], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    if (!(error instanceof CommanderError) && !(error instanceof UsageError)) throw error;
    // Commander has already written it to stderr.
    const message = error.message.replace(/^error: /, '');
    if (line.arguments.includes('--json')) {
      line.stdout.write(jsonLine({ ok: false, error: { code: 'usage', message, hint: 'See `fovea help`.' } }));
    }
    return exitCodes.usage;
  }
}

function createProgram({ version, stdout, stderr }: CommandLine): Command {
  return new Command('fovea')
    .description('Fine-tune a Vision Transformer on your own radiology images. Research use only.')
    .version(version)
    .option('--json', 'print the result as one JSON object')
    .addOption(new Option('--progress <how>', 'show progress on stderr').choices(['bar', 'json', 'none']))
    .exitOverride()
    .showHelpAfterError('(see fovea help)')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    });
}

async function carryOut(
  line: CommandLine,
  { json = false, progress }: GlobalOptions,
  work: (session: Session) => Promise<Outcome>,
): Promise<number> {
  const mode = progress ?? (line.stderr.isTTY === true ? 'bar' : 'none');
  const session = openSession(line, mode);
  try {
    const outcome = await work(session).finally(() => session.endProgress());
    if (json) line.stdout.write(jsonLine(toJsonResult(outcome)));
    else line.stdout.write(`${outcome.text}\n`);
    if (outcome.interrupted === true) return exitCodes.interrupted;
    return outcome.failure === undefined ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    const reported = line.interrupt.aborted && isCancelled(error) ? new InterruptedError() : error;
    const info = toErrorInfo(reported);
    if (info.code === 'internal') session.log.failure('command', reported);
    if (json) line.stdout.write(jsonLine({ ok: false, error: info }));
    else line.stderr.write(`${info.message}\n${info.hint === null ? '' : `${info.hint}\n`}`);
    return exitCodeOf(reported);
  } finally {
    await session.close();
  }
}

function toJsonResult({ result, failure }: Outcome) {
  return failure === undefined ? { ok: true as const, ...result } : { ok: false as const, error: failure, ...result };
}

const isCancelled = (error: unknown) => ['cancelled', 'aborted'].includes(toErrorInfo(error).code);
