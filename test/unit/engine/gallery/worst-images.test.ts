import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { breakdownOf } from '../../../../src/engine/gallery/breakdown';
import { listedFile, listValImages } from '../../../../src/engine/gallery/val-images';
import { keptDetections, worstImagesOf } from '../../../../src/engine/gallery/worst-images';
import { detectionsPath } from '../../../../src/run/files';
import { createRunState } from '../../../../src/run/reduce';
import { writeJudgedRun } from '../../../helpers/judged-run';
import { writeTinyDataset } from '../../../helpers/tiny-dataset';
import { wholeExperiment, wholeRunFile } from '../../../helpers/whole-experiment';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => void rmSync(folder, { recursive: true })));

function folder(): string {
  folders.push(mkdtempSync(path.join(os.tmpdir(), 'pitwall-worst-')));
  return folders[folders.length - 1];
}

/** A run of so many images, and the checkpoints whose detections may be kept. */
function judged(images: number) {
  const dir = writeJudgedRun(folder(), { name: 'a', shift: 8, seed: 3, images });
  const at = (epoch: number) => ({ epoch, det: detectionsPath(epoch), confidence: 0.3 });
  return { dir, kept: [at(2)], at };
}

describe('the worst images of a run', () => {
  it('come a part at a time, each place once, those first that cost most', async () => {
    const { dir, kept } = judged(50);
    const part = async (from: number) => (await worstImagesOf({ dir, kept, from, count: 20 }))!;
    const parts = [await part(0), await part(20), await part(40), await part(60)];
    expect(parts.map(({ images, total }) => [images.length, total])).toEqual([
      [20, 50],
      [20, 50],
      [10, 50],
      [0, 50],
    ]);
    const all = parts.flatMap(({ images }) => images);
    expect(new Set(all.map(({ file }) => file)).size).toBe(50);
    expect(all.map(({ lost }) => lost)).toEqual(all.map(({ lost }) => lost).sort((a, b) => b - a));
    expect(all.reduce((sum, { lost }) => sum + lost, 0)).toBeCloseTo(1, 9);
    expect(all[0].boxes.map(({ kind, name }) => [kind, name])).toContainEqual(['truth', 'a']);
  });

  it('have the boxes of 5,000 images only for those that are shown', async () => {
    const { dir, kept } = judged(5000);
    const worst = (await worstImagesOf({ dir, kept, from: 4990, count: 24 }))!;
    expect([worst.total, worst.images.length]).toEqual([5000, 10]);
    expect(worst.images.every(({ boxes, size }) => boxes.length === 2 && size[0] === 64)).toBe(true);
  });

  it('with one confusion are those of the matrix alone, worst first', async () => {
    const { dir, kept } = judged(50);
    const asked = { dir, kept, from: 0, count: 50 };
    const { confusion } = (await breakdownOf({ dir, kept }))!;
    const count = (predicted: number, truth: number) =>
      confusion.cells.find((cell) => cell.predicted === predicted && cell.truth === truth)?.count ?? 0;
    const all = (await worstImagesOf(asked))!.images.map(({ file }) => file);
    const of = async (predicted: number, truth: number) =>
      (await worstImagesOf({ ...asked, confused: { predicted, truth } }))!;
    const [right, missed] = [await of(0, 0), await of(1, 0)];
    // Each image has one label.
    expect([right.total, missed.total]).toEqual([count(0, 0), count(1, 0)]);
    expect(right.total + missed.total).toBe(50);
    const files = right.images.map(({ file }) => file);
    expect(files).toEqual(all.filter((file) => files.includes(file)));
    expect(right.confidence).toBe(0.25);
    expect((await of(7, 7)).total).toBe(0);
  });

  it('are of the newest checkpoint whose file is there and is one', async () => {
    const { dir, kept, at } = judged(20);
    writeFileSync(path.join(dir, detectionsPath(4)), 'PITWDET2, but torn');
    const asked = { dir, from: 0, count: 1 };
    expect((await worstImagesOf({ ...asked, kept: [at(9), at(4), ...kept] }))?.epoch).toBe(2);
    expect(await worstImagesOf({ ...asked, kept: [at(9), at(4)] })).toBeUndefined();
    expect(keptDetections(createRunState())).toEqual([]);
  });
});

describe('the val images of a run', () => {
  async function listed(root: string) {
    const file = path.join(root, 'data.yaml');
    const resolved = wholeExperiment({ data: file });
    const experiment = { file: path.join(root, 'a.train.yaml'), text: '', resolved };
    const state = createRunState(wholeRunFile({ id: 'a', name: 'a', cwd: root, experiment }));
    return listValImages(state);
  }

  it('are those that its val split lists, and nothing else that a run folder names', async () => {
    const root = folder();
    writeTinyDataset(root);
    writeFileSync(path.join(root, 'secret.png'), '');
    const images = (await listed(root))!;
    expect(listedFile(images, 'images/val/1.png')).toBe(path.join(root, 'images/val/1.png'));
    for (const name of ['secret.png', 'images/val/../../secret.png', 'images/train/1.png', '/etc/passwd', ''])
      expect(listedFile(images, name), name).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('may be named by the target of a link', async () => {
    const [root, real] = [folder(), folder()];
    writeTinyDataset(real);
    mkdirSync(path.join(root, 'images'));
    symlinkSync(path.join(real, 'images', 'val'), path.join(root, 'images', 'val'));
    writeFileSync(path.join(root, 'data.yaml'), 'train: images/val\nval: images/val\nnames: [a]\n');
    const images = (await listed(root))!;
    expect(listedFile(images, path.join(real, 'images/val/1.png'))).toBeDefined();
    expect(listedFile(images, path.join(real, 'images/train/1.png'))).toBeUndefined();
  });

  it('are not known if the dataset is not there', async () => {
    expect((await listed(folder()))?.files.size ?? 0).toBe(0);
  });
});
