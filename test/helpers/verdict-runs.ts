import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { repositoryRoot } from './shared';

/** A folder with recorded runs of the example in runs/: base-0, base-1, base-2 and slow-0, slow-1, of another lr0. */
export function unpackVerdictRuns(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'pitwall-verdicts-'));
  const packed = readFileSync(path.join(repositoryRoot, 'test/fixtures/verdict-runs.json.gz'));
  const files = JSON.parse(gunzipSync(packed).toString()) as Record<string, string>;
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, 'runs', name);
    mkdirSync(path.dirname(file), { recursive: true });
    const isText = !name.endsWith('.det');
    writeFileSync(
      file,
      isText
        ? content.replaceAll('{root}', JSON.stringify(root).slice(1, -1))
        : Buffer.from(content, 'base64'),
    );
  }
  return root;
}
