import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { repositoryRoot } from './shared';

const FIXTURE = path.join(repositoryRoot, 'test/fixtures/runs/9508bab');
const RUNS = ['old', 'old-wide'];

/** A folder with the tiny dataset and config of test/fixtures/runs, without runs. */
export function copyTinyData(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'pitwall-runs-'));
  for (const name of readdirSync(FIXTURE).filter((entry) => !RUNS.includes(entry)))
    cpSync(path.join(FIXTURE, name), path.join(root, name), { recursive: true });
  return root;
}

/** The same with the run folders of 9508bab under runs/, as that version left them. */
export function copyOldRuns(): string {
  const root = copyTinyData();
  for (const name of RUNS) unpack(path.join(FIXTURE, name), path.join(root, 'runs', name), root);
  return root;
}

function unpack(from: string, dir: string, root: string): void {
  cpSync(from, dir, { recursive: true });
  for (const name of readdirSync(dir).filter((entry) => /\.jsonl?$/.test(entry))) {
    const file = path.join(dir, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('{root}', root));
  }
  const packed = path.join(dir, 'checkpoints/epoch-0025/state.bin.br');
  if (!existsSync(packed)) return;
  writeFileSync(packed.replace(/\.br$/, ''), brotliDecompressSync(readFileSync(packed)));
  rmSync(packed);
}
