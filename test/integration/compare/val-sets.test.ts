import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inEnglish } from '../../../src/base/words';
import { compareRecords } from '../../../src/domain/compare/compare-records';
import { startValidator, type ValidatorProcess } from '../../../src/engine/validator-process';
import { type DetectionsFile, decodeDetections } from '../../../src/run/detections-file';
import { copyTinyData } from '../../helpers/old-runs';
import { repositoryRoot } from '../../helpers/shared';
import { writeTinyModel } from '../../helpers/tiny-model';

let root = '';
let validator: ValidatorProcess;
beforeAll(() => {
  root = copyTinyData();
  validator = startValidator({ installDir: path.join(repositoryRoot, 'dist') });
  // Right on the second label of the first image, as long as that fills the input.
  const [, cx, cy, w, h] = readFileSync(at('labels/val/0.txt'), 'utf8')
    .split('\n')[1]
    .split(' ')
    .map((v) => 64 * Number(v));
  writeTinyModel(at('tiny.onnx'), { cx, cy, w, h, class: 1 }, undefined, true);
});
afterAll(async () => {
  await validator.stop();
  rmSync(root, { recursive: true, force: true });
});

const at = (...parts: string[]): string => path.join(root, ...parts);

type Judged = { readonly file: DetectionsFile; readonly map: number };

async function judge(data: string, more: { rect?: 'on' | 'off'; imgsz?: number } = {}): Promise<Judged> {
  const det = at('judged.det');
  const params = { model: at('tiny.onnx'), data, device: 'cpu', imgsz: 64, det, ...more } as const;
  const { report, fingerprint } = await validator.validate(params);
  const file = decodeDetections(readFileSync(det));
  if (!file) throw new Error('no detections file was written');
  expect(file.header.fingerprint).toBe(fingerprint);
  return { file, map: report.map };
}

/** The dataset in another folder, under other image names. */
function copyAs(name: string): string {
  for (const kind of ['images', 'labels'])
    for (const file of readdirSync(at(kind, 'val')))
      cpSync(at(kind, 'val', file), at(name, kind, 'val', `${name}-${file}`));
  const text = readFileSync(at('data.yaml'), 'utf8');
  writeFileSync(at(name, 'data.yaml'), text.replace('images/train', 'images/val'));
  return at(name, 'data.yaml');
}

const why = (a: Judged, b: Judged): string => {
  const result = compareRecords(a.file, b.file, { replicates: 10 });
  return result.kind === 'refused' ? inEnglish(result.why) : 'compared';
};

it('are one by what they contain: in another folder, under other names, in another order', async () => {
  const first = await judge(at('data.yaml'));
  const moved = await judge(copyAs('moved'));
  expect(moved.file.header.fingerprint).toBe(first.file.header.fingerprint);
  expect([why(first, moved), why(moved, first)]).toEqual(['compared', 'compared']);
  const listed = readdirSync(at('images/val')).reverse();
  writeFileSync(at('turned.txt'), listed.map((file) => `./images/val/${file}\n`).join(''));
  writeFileSync(at('turned.yaml'), 'train: images/train\nval: turned.txt\nnames: [green, red]\n');
  expect((await judge(at('turned.yaml'))).file.header.fingerprint).toBe(first.file.header.fingerprint);
});

it('are others with a changed label, a missing image, or an image of other content', async () => {
  const first = await judge(at('data.yaml'));
  const changed = copyAs('changed');
  const label = at('changed/labels/val/changed-0.txt');
  writeFileSync(label, readFileSync(label, 'utf8').replace(/^0/, '1'));
  expect(why(first, await judge(changed))).toBe(
    'the val sets differ: 1 of 6 images have other labels for B than for A',
  );
  const missing = copyAs('missing');
  rmSync(at('missing/images/val/missing-3.png'));
  expect(why(first, await judge(missing))).toBe(
    'the val sets differ: 6 images for A, 5 for B; 1 of A are not in B, 0 of B are not in A',
  );
  // The same file, name and size of picture: one image became another while the validator was warm.
  const replaced = copyAs('replaced');
  expect(why(first, await judge(replaced))).toBe('compared');
  cpSync(at('images/train/0.png'), at('replaced/images/val/replaced-0.png'));
  expect(why(first, await judge(replaced))).toBe(
    'the val sets differ: 6 images for A, 6 for B; 1 of A are not in B, 1 of B are not in A',
  );
});

it('judged in rect batches and in square ones are compared, each by its own report', async () => {
  const data = at('data.yaml');
  const judged = [
    await judge(data, { rect: 'on' }),
    await judge(data, { rect: 'off' }),
    await judge(data, { imgsz: 96 }),
  ];
  expect(judged[1].map).toBeGreaterThan(0.01);
  for (const a of judged) {
    for (const b of judged) {
      const result = compareRecords(a.file, b.file, { replicates: 10 });
      if (result.kind === 'refused') throw new Error(inEnglish(result.why));
      expect(Math.abs(result.comparison.a.map - a.map)).toBeLessThanOrEqual(0.0005);
      expect(Math.abs(result.comparison.b.map - b.map)).toBeLessThanOrEqual(0.0005);
    }
  }
});
