import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTranslate } from '../../src/base/translate';
import { encodePng } from '../../src/dataset/example/png';
import { writeExample } from '../../src/dataset/example/write-example';
import { compareMany } from '../../src/engine/compare/compare-many';
import { worstImagesHtml } from '../../src/engine/report/report-images';
import { signRun } from '../../src/run/folder/signature';
import { runCliProcess } from '../helpers/cli';
import { recordRuns } from '../helpers/record-run';

const RUNS = ['a', 'b', 'c', 'd', 'e'];
const VAL = 24;
const MOST_BYTES = 2_000_000;
let root = '';

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-report-images-'));
  const { config } = await writeExample(root, { train: 8, val: VAL });
  const recordings = [...RUNS, 'foreign'].map((name, i) => ({
    ...{ name, seed: 7 + i, end: 'completed' as const },
    ...{ epochs: 12, steps: 12 * 625 },
  }));
  await recordRuns(config, path.join(root, 'runs'), recordings);
  for (const name of RUNS) await signRun(path.join(root, 'runs', name));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function report(...argv: string[]): Promise<string> {
  const { code, err } = await runCliProcess(['report', ...argv, '--out', 'r.html'], root);
  expect([code, err]).toEqual([0, '']);
  return readFileSync(path.join(root, 'r.html'), 'utf8');
}

const count = (html: string, part: string): number => html.split(part).length - 1;
const pictures = (html: string): Buffer[] =>
  [...html.matchAll(/href="data:image\/jpeg;base64,([^"]+)"/g)].map(([, data]) =>
    Buffer.from(data, 'base64'),
  );

describe('the worst images of a report', () => {
  it('are 20 of one run, each a JPEG that is in the file once and drawn twice, with boxes over it', async () => {
    const html = await report('a');
    const jpegs = pictures(html);
    expect(jpegs).toHaveLength(20);
    expect(jpegs.every((jpeg) => jpeg.readUInt16BE(0) === 0xffd8)).toBe(true);
    expect(count(html, '<use href="#w0-')).toBe(20);
    expect(count(html, 'class="box missed"')).toBeGreaterThan(0);
    expect(count(html, 'class="box hit"')).toBeGreaterThan(0);
    expect(html).not.toMatch(/<script|https?:(?!\/\/www\.w3\.org)/);
  });

  it('are some of each of five runs, in less than two megabytes', async () => {
    const html = await report(...RUNS);
    expect(pictures(html)).toHaveLength(5 * 8);
    expect(html.length).toBeLessThan(MOST_BYTES);
  });

  it('are not there if they are not wanted', async () => {
    const html = await report('a', '--no-images');
    expect(pictures(html)).toEqual([]);
    expect(html).not.toContain('Worst images');
  });

  it('are none of a run that another person started, and it says so', async () => {
    const html = await report('foreign');
    expect(pictures(html)).toEqual([]);
    expect(html).toContain('This run was not started by you');
  });

  it('leave out files that are gone, broken or of another size now, and say how many', async () => {
    const worst = [...(await report('a')).matchAll(/<figcaption>([^:<]+): /g)].map(([, name]) => name);
    const [gone, broken, resized] = worst.map((name) => path.join(root, 'images', 'val', name));
    rmSync(gone);
    writeFileSync(broken, 'not a picture');
    writeFileSync(resized, encodePng({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) }));
    const html = await report('a');
    expect(pictures(html)).toHaveLength(17);
    for (const name of worst.slice(0, 3)) expect(html).not.toContain(`>${name}: `);
    expect(html).toContain('3 more are left out');
  });

  it('are none if the dataset is not there', async () => {
    renameSync(path.join(root, 'data.yaml'), path.join(root, 'kept.yaml'));
    expect(await report('a')).toContain('The dataset of this run was not found.');
    renameSync(path.join(root, 'kept.yaml'), path.join(root, 'data.yaml'));
  });

  it('take a bounded part of the file, however large their pictures are', async () => {
    const large = { width: 320, height: 320 };
    const whole = { width: 128, height: 128 };
    const picture = async () => ({ jpeg: randomBytes(90_000), small: large, whole });
    const { runs } = await compareMany(
      ['b', 'c'].map((text) => ({ text, dir: path.join(root, 'runs', text), epoch: undefined })),
      0,
    );
    const html = await worstImagesHtml({ runs, pictures: { picture }, t: createTranslate() });
    expect(html.join('').length).toBeLessThan(1_500_000);
    expect(html.map((one) => pictures(one).length)).toEqual([5, 5]);
    expect(html[0]).toContain('15 more are left out');
  });
});
