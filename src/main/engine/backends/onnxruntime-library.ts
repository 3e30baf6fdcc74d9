import { createRequire } from 'node:module';

/**
 * The one place that loads onnxruntime, whatever starts the process: the window, web mode, the command, benchmarks and
 * tests. Since 1.29 its official builds report their use to Microsoft: off Windows they queue events on disk, keep a
 * device id and look up a host; on Windows they write ETW events that the system may send. Neither may happen here.
 *
 * The switches are read when the library sets itself up, so they stand before it is loaded. It is required and not
 * imported, because a bundler moves imports to the top of the file, before the switches.
 * Source: onnxruntime 1.30, core/platform/telemetry_environment.h, posix/telemetry.cc, windows/telemetry.cc.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
// The switch above is not read on Windows. There this one alone keeps the ETW provider from being registered, and
// Node's binding has no call that would switch it off.
if (process.platform === 'win32') process.env['ORT_RUNNING_UNIT_TESTS'] = '1';

export const onnxruntime = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node');
