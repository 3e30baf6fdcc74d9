import type { HostProcess } from '../host';

/** A host controlled by the test: records received messages, emits messages, and ends on request. */
export class FakeHost<Sent = unknown, Emitted = unknown> implements HostProcess {
  readonly pid = 1;
  readonly sent: Sent[] = [];
  killed = false;
  emit: (message: Emitted) => void = () => {};
  exit: (reason: string) => void = () => {};
  send(message: unknown) {
    this.sent.push(message as Sent);
  }
  onMessage(listener: (message: unknown) => void) {
    this.emit = listener;
  }
  onExit(listener: (reason: string) => void) {
    this.exit = listener;
  }
  kill() {
    this.killed = true;
  }
}
