import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The system's tools respond in a second or two, or not at all. */
const TIMEOUT_MILLISECONDS = 5000;

/**
 * Lists the names of this machine's graphics cards as the system reports them, without loading a driver. Empty if there
 * are none or the system does not report them.
 */
export async function graphicsCards(): Promise<readonly string[]> {
  try {
    switch (process.platform) {
      case 'linux':
        return await linuxCards();
      case 'win32':
        return linesOf(
          await runTool('powershell.exe', [
            '-NoProfile',
            '-NonInteractive',
            '-Command',
            '(Get-CimInstance Win32_VideoController).Name',
          ]),
        );
      case 'darwin':
        return macCards(await runTool('/usr/sbin/system_profiler', ['-json', 'SPDisplaysDataType']));
      default:
        return [];
    }
  } catch {
    return [];
  }
}

async function runTool(file: string, options: readonly string[]): Promise<string> {
  return (await run(file, options, { timeout: TIMEOUT_MILLISECONDS, windowsHide: true })).stdout;
}

const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** @param text output of `system_profiler -json SPDisplaysDataType` */
export function macCards(text: string): string[] {
  const { SPDisplaysDataType } = JSON.parse(text) as { SPDisplaysDataType?: readonly { sppci_model?: unknown }[] };
  return (SPDisplaysDataType ?? []).flatMap(({ sppci_model }) =>
    typeof sppci_model === 'string' ? [sppci_model] : [],
  );
}

const PCI_DEVICES = '/sys/bus/pci/devices';
const PCI_NAMES = ['/usr/share/misc/pci.ids', '/usr/share/hwdata/pci.ids'];
/** Base class of display controllers; 0x0302 is a GPU without a display. */
const DISPLAY_CLASS = /^0x03/;
const vendors: Readonly<Record<string, string>> = { '10de': 'NVIDIA', '1002': 'AMD', '8086': 'Intel' };

async function linuxCards(): Promise<string[]> {
  const driver = await nvidiaCards();
  const names = await pciNames();
  const cards: string[] = [...driver];
  for (const device of (await readdir(PCI_DEVICES)).sort()) {
    const read = async (file: string) => (await readFile(join(PCI_DEVICES, device, file), 'utf8')).trim();
    if (!DISPLAY_CLASS.test(await read('class'))) continue;
    const [vendor, model] = [(await read('vendor')).slice(2), (await read('device')).slice(2)];
    // NVIDIA's driver reports its own cards more precisely.
    if (vendor === '10de' && driver.length > 0) continue;
    const name =
      pciName(names, vendor, model) ?? (vendors[vendor] === undefined ? null : `${vendors[vendor]} graphics`);
    if (name !== null) cards.push(name);
  }
  return cards;
}

async function nvidiaCards(): Promise<string[]> {
  const folder = '/proc/driver/nvidia/gpus';
  const devices = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    devices.sort().map((device) => readFile(join(folder, device, 'information'), 'utf8')),
  );
  return texts.flatMap((text) => /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? []);
}

async function pciNames(): Promise<string> {
  for (const file of PCI_NAMES) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return text;
  }
  return '';
}

/**
 * Returns “Vendor model” from the list of the PCI ID repository, in which a vendor's line starts with its id and the
 * lines of its devices follow, indented by a tab. The name in brackets is the commercial one.
 */
export function pciName(list: string, vendor: string, device: string): string | null {
  const lines = list.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`${vendor}  `));
  if (start < 0) return null;
  for (const line of lines.slice(start + 1)) {
    if (line !== '' && !line.startsWith('\t') && !line.startsWith('#')) break;
    if (!line.startsWith(`\t${device}  `)) continue;
    const model = line.slice(device.length + 3).trim();
    const maker = vendors[vendor] ?? (lines[start] ?? '').slice(vendor.length + 2).trim();
    return `${maker} ${/\[(.+)\]/.exec(model)?.[1] ?? model}`;
  }
  return null;
}
