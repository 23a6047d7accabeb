import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { JsonlLog } from '../../src/run/folder/jsonl-log';
import { writeFolder } from '../../src/trainers/builtin/checkpoint/write-checkpoint';

// A disk that is really full needs a file system of its own, which only root can mount.
const disk = mkdtempSync(path.join(tmpdir(), 'pitwall-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status === 0;
if (!mounted) console.warn('SKIPPED, LOUDLY: no file system could be mounted, so a full disk was not tried');
afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const at = (name: string): string => path.join(disk, name);
const ballast = at('ballast');

/** Takes all the space there is. */
function fill(): void {
  for (const bytes of [65_536, 4096, 512, 1]) {
    for (let full = false; !full; ) {
      try {
        writeFileSync(ballast, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        full = true;
      }
    }
  }
}

describe.skipIf(!mounted)('on a full disk', () => {
  it('a log keeps its lines and writes each once, in order and whole, when there is room again', async () => {
    const log = new JsonlLog(at('events.jsonl'));
    log.append({ n: 0 });
    fill();
    for (let n = 1; n <= 2000; n++) log.append({ n, text: 'x'.repeat(20) });
    expect(log.waiting).toBeGreaterThan(0);
    rmSync(ballast);
    log.append({ n: 2001 });
    expect(log.waiting).toBe(0);
    await log.close();
    const lines = readFileSync(at('events.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 2002 }, (_, n) => n));
  });

  it('a checkpoint that does not fit leaves nothing behind', async () => {
    const write = () =>
      writeFolder(at('checkpoints/epoch-0001'), { 'model.onnx': Buffer.alloc(400_000) }, at(''));
    await expect(write()).rejects.toThrow(/ENOSPC/);
    expect(execFileSync('ls', ['-A', at('checkpoints')], { encoding: 'utf8' })).toBe('');
  });
});
