import type { HostProcess } from '../host';

/** A host under the test's control: what it was sent, what it says, and how it ends. */
export class FakeHost<Sent = unknown, Said = unknown> implements HostProcess {
  readonly pid = 1;
  readonly sent: Sent[] = [];
  killed = false;
  say: (message: Said) => void = () => {};
  exit: (reason: string) => void = () => {};
  send(message: unknown) {
    this.sent.push(message as Sent);
  }
  onMessage(listener: (message: unknown) => void) {
    this.say = listener;
  }
  onExit(listener: (reason: string) => void) {
    this.exit = listener;
  }
  kill() {
    this.killed = true;
  }
}
