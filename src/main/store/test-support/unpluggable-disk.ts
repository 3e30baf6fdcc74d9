import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that can be removed while files on it are open. */
export interface UnpluggableDisk {
  /** Mount point: an empty folder while the disk is absent. */
  readonly folder: string;
  /** Makes all further reads and writes fail with EIO; names cached by the system can still be looked up. */
  fail(): void;
  /** Unmounts it with files still open, as a desktop does within seconds. */
  detach(): void;
  /** Brings it back at the same place, as another device, with the data that had reached it. */
  plugIn(): void;
  dispose(): void;
}

const run = (command: string, ...parts: string[]) => execFileSync(command, parts, { stdio: 'ignore' });

/** FS_IOC_SHUTDOWN of linux/fs.h, with EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal is written any more. */
const SHUT_DOWN = 'open(my $d, "<", $ARGV[0]) or die; my $how = pack("I", 2); ioctl($d, 0x8004587d, $how) or die';

/** An ext4 file system in a file. Null if this user may not mount one, or without Linux, e2fsprogs or Perl. */
export function mountUnpluggableDisk(megabytes: number): UnpluggableDisk | null {
  const place = mkdtempSync(join(tmpdir(), 'fovea-unplug-'));
  const folder = join(place, 'disk');
  let devices = 0;
  const image = () => join(place, `device-${devices}`);
  const mount = () => run('mount', '-o', 'loop', image(), folder);
  try {
    run('perl', '-e', '1');
    mkdirSync(folder);
    writeFileSync(image(), '');
    truncateSync(image(), megabytes * 2 ** 20);
    run('mkfs.ext4', '-q', image());
    mount();
  } catch {
    rmSync(place, { recursive: true, force: true });
    return null;
  }
  let isMounted = true;
  const detach = () => {
    run('umount', '-l', folder);
    isMounted = false;
  };
  return {
    folder,
    fail: () => run('perl', '-e', SHUT_DOWN, folder),
    detach,
    plugIn() {
      const before = image();
      devices += 1;
      copyFileSync(before, image());
      mount();
      isMounted = true;
    },
    dispose() {
      if (isMounted) detach();
      rmSync(place, { recursive: true, force: true });
    },
  };
}
