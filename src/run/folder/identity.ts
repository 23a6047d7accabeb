import { realpathSync, statfsSync, statSync } from 'node:fs';

/** File systems that number their files anew when they are mounted (FUSE, SMB, CIFS, 9P): Linux's linux/magic.h. */
const UNSTEADY: ReadonlySet<number> = new Set([0x65735546, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997]);

/**
 * What distinguishes a folder from a copy of it: its number in its file system, else its path. The same for every name
 * that leads to it, and on every machine that has it mounted.
 */
export function folderIdentity(dir: string): string {
  if (UNSTEADY.has(statfsSync(dir).type >>> 0)) return `path:${realpathSync(dir)}`;
  const { ino } = statSync(dir, { bigint: true });
  return ino === 0n ? `path:${realpathSync(dir)}` : `file:${ino}`;
}
