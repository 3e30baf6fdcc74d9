/** Custom scheme that the window is loaded from, instead of `file://`. */
export const SCHEME = 'fovea';
export const ORIGIN = `${SCHEME}://app`;

/** Whether an address is one of our pages or resources. Compares parsed parts: a matching prefix is not enough. */
export function isOwnAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, port } = new URL(address);
  return protocol === `${SCHEME}:` && host === 'app' && username === '' && port === '';
}
