import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that can be pulled out while files on it are open. */
export interface UnpluggableDisk {
  /** Where it is mounted: an empty folder while the disk is not there. */
  readonly folder: string;
  /** From now on each read and write fails with EIO; names that the system knows can still be looked up. */
  fail(): void;
  /** What follows within seconds on a desktop: the system unmounts it, with files still open. */
  detach(): void;
  /** Back at the same place, as another device, with what had reached it. */
  plugIn(): void;
  dispose(): void;
}

const run = (command: string, ...parts: string[]) => execFileSync(command, parts, { stdio: 'ignore' });

/** FS_IOC_SHUTDOWN of linux/fs.h, with EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal is written any more. */
const SHUT_DOWN = 'open(my $d, "<", $ARGV[0]) or die; my $how = pack("I", 2); ioctl($d, 0x8004587d, $how) or die';

/** An ext4 file system in a file. Null where this user may not mount one, or there is no Linux, e2fsprogs or Perl. */
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
