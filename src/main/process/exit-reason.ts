/** Why a child process ended, as the second half of a sentence: "The engine process …". */
export function exitReason(code: number | null, signal: string | null): string {
  switch (signal) {
    case null:
      break;
    case 'SIGKILL':
      return 'was killed (SIGKILL), usually because memory ran out';
    case 'SIGTERM':
    case 'SIGINT':
    case 'SIGHUP':
      return `was terminated by another program (${signal})`;
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGTRAP':
    case 'SIGABRT':
      return `crashed (${signal})`;
    default:
      return `exited on signal ${signal}`;
  }
  if (code === 0) return 'exited before its work was done (exit code 0)';
  if (code === 134) return 'aborted (exit code 134), usually because a single allocation was too large';
  if (code === 137) return 'was killed (exit code 137), usually because memory ran out';
  // Windows: NTSTATUS values.
  if (code === 0xc0000005) return 'crashed (access violation)';
  if (code === 0xc0000017 || code === 0xe0000008) return 'ran out of memory';
  return code === null ? 'exited for an unknown reason' : `exited with code ${code}`;
}
