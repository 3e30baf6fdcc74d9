import { createRequire } from 'node:module';

/**
 * The only module that loads onnxruntime, whichever process it runs in: window, web mode, command line, benchmarks or
 * tests. Since 1.29 its official builds report usage to Microsoft: outside Windows they queue events on disk, keep a
 * device id and resolve a host; on Windows they write ETW events that the system may send. Neither may happen here.
 *
 * The library reads the switches while it initialises, so they are set before it is loaded. It is required rather than
 * imported, because a bundler hoists imports to the top of the file, above the switches.
 * Source: onnxruntime 1.30, core/platform/telemetry_environment.h, posix/telemetry.cc, windows/telemetry.cc.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
// Windows ignores the switch above. There, only this variable keeps the ETW provider from being registered, and Node's
// binding has no call to turn it off.
if (process.platform === 'win32') process.env['ORT_RUNNING_UNIT_TESTS'] = '1';

export const onnxruntime = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node');
