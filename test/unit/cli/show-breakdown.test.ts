import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random';
import { encodeDetections } from '../../../src/run/detections-file';
import { detectionsPath } from '../../../src/run/files';
import { writeDrawnRun, writeJudgedRun } from '../../helpers/judged-run';
import { cli, lines } from './harness';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'pitwall-breakdown-'));
  mkdirSync(path.join(root, 'runs'));
  const runs = path.join(root, 'runs');
  write('two', ['cat', 'dog']);
  write(
    'many',
    Array.from({ length: 80 }, (_, c) => `class ${c}`),
  );
  write('long', ['x'.repeat(3000), 'dog']);
  write('blank', ['cat'], 'no labels');
  write('named', ['background', 'dog']);
  write('unseen', ['cat', 'dog'], 'nothing found');
  writeDrawnRun(runs, { ...{ name: 'masks', task: 'segment', key: 'k' }, map: 0.5, spread: 0.01, seed: 1 });
  rmSync(path.join(writeJudgedRun(runs, { name: 'gone', shift: 0, map: 0.5 }), 'validation'), {
    recursive: true,
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type How = 'no labels' | 'nothing found' | 'no dog';
/** Labels that have no detection. */
const UNSEEN: Readonly<Record<How, (label: { c: number; i: number }) => boolean>> = {
  'no labels': () => false,
  'nothing found': () => true,
  'no dog': ({ c, i }) => c === 1 || i === 1,
};

/** Three labels of each class; the second is taken for the next class, the third is missed, and one is a false alarm. */
function write(name: string, classes: readonly string[], how?: How): void {
  const dir = writeJudgedRun(path.join(root, 'runs'), { name, shift: 0, map: 0.5 });
  const each = classes.flatMap((_, c) => [0, 1, 2].map((i) => ({ c, i, image: 3 * c + i })));
  const column = (rows: readonly { c: number; image: number; at?: number }[]) => ({
    boxes: Float32Array.from(rows.flatMap(({ at = 0 }) => [at, at, at + 20, at + 20])),
    class: Uint16Array.from(rows, ({ c }) => c),
    image: Uint32Array.from(rows, ({ image }) => image),
  });
  const isUnseen = UNSEEN[how ?? 'no labels'];
  const seen = each.filter((label) => !isUnseen(label));
  const found = seen.flatMap(({ c, i, image }) => {
    if (i === 2) return c === 0 ? [{ c, image, at: 30 }] : [];
    return [{ c: i === 1 ? (c + 1) % classes.length : c, image }];
  });
  const random = createRandom(1);
  const images = each.length;
  const rule = { name: 'ultralytics' as const, imgsz: 64, conf: 0.001, iou: 0.7, max_det: 300 };
  writeFileSync(
    path.join(dir, detectionsPath(2)),
    encodeDetections({
      header: {
        ...{ fingerprint: 'f', classes: [...classes], images },
        files: each.map(({ image }) => String(image)),
        sizes: Array.from({ length: 2 * images }, () => 64),
        rule: { ...rule, single_cls: false, split: 'val', exif: 'applied' },
      },
      detections: { ...column(found), scores: Float32Array.from(found, () => random.between(0.5, 0.9)) },
      truth: column(how === 'no labels' ? [] : each),
    }),
  );
}

const show = (...argv: string[]) => cli(['show', ...argv], root);

describe('show --confusion', () => {
  it('prints the matrix of few classes and the worst confusions', async () => {
    const { code, out, err } = await show('two', '--confusion');
    expect([code, err]).toEqual([0, '']);
    expect(lines(out)).toEqual([
      'two  epoch 2, from its kept detections',
      'detections above confidence 0.25, overlaps above IoU 0.45, as Ultralytics counts',
      'rows: predicted, columns: true; Ultralytics calls the last row and the last column background',
      '             cat     dog  (false alarm)',
      '     cat  1 33 %  1 33 %        1 100 %',
      '     dog  1 33 %  1 33 %              .',
      '(missed)  1 33 %  1 33 %              .',
      'labels taken for another class: 2, missed labels: 2, false alarms: 1',
      'count  true           predicted  share',
      '    1  dog            cat        33.3 % of the labels of dog',
      '    1  (false alarm)  cat        100.0 % of the false alarms',
      '    1  cat            (missed)   33.3 % of the labels of cat',
      '    1  cat            dog        33.3 % of the labels of cat',
      '    1  dog            (missed)   33.3 % of the labels of dog',
    ]);
  });
  it('lists the worst of 80 classes and has the others as CSV and JSON', async () => {
    const { out } = await show('many', '--confusion');
    expect(lines(out)).toHaveLength(2 + 1 + 1 + 20 + 1);
    const listed = (kind: RegExp) => lines(out).filter((line) => kind.test(line)).length;
    expect([listed(/\(missed\)/), listed(/\(false alarm\)/), listed(/ class \d+ +class \d/)]).toEqual([
      9, 1, 10,
    ]);
    expect(lines(out).at(-1)).toBe('141 more kinds of mistakes; --csv or --json has them');
    expect(lines((await show('many', '--confusion', '--csv')).out)).toHaveLength(1 + 3 * 80 + 1);
    const { run, epoch, classes, confusion } = JSON.parse(
      (await show('many@2', '--confusion', '--json')).out,
    );
    expect([run, epoch, classes.length]).toEqual([path.join(root, 'runs', 'many'), 2, 80]);
    expect(confusion).toMatchObject({ classes: 80, confidence: 0.25, iou: 0.45 });
    expect(confusion.cells).toHaveLength(241);
  });
});

it('show --confusion does not mistake a class called background for what is missed or a false alarm', async () => {
  const { out } = await show('named', '--confusion');
  expect(lines(out).slice(-5)).toEqual([
    '    1  dog            background  33.3 % of the labels of dog',
    '    1  (false alarm)  background  100.0 % of the false alarms',
    '    1  background     (missed)    33.3 % of the labels of background',
    '    1  background     dog         33.3 % of the labels of background',
    '    1  dog            (missed)    33.3 % of the labels of dog',
  ]);
});

describe('show --curves and --sizes', () => {
  it('say the best threshold, what it costs, and that of each class', async () => {
    const { out } = await show('two', '--curves');
    expect(lines(out)[1]).toMatch(
      /^highest mean F1 0\.\d{3} at confidence 0\.\d{3}: precision 0\.\d{3}, recall 0\.333 \(IoU \.50\)$/,
    );
    expect(lines(out)[2]).toMatch(/smoothed as Ultralytics does it: a class's own may give a little less/);
    expect(lines(out)[3]).toMatch(/^class +labels +AP50 +own threshold +F1 +P +R +F1 at 0\.\d{3}$/);
    expect(
      lines(out)
        .slice(4)
        .map((line) => line.split(/ {2,}/)[0]),
    ).toEqual(['all classes', 'cat', 'dog']);
    const { curves } = JSON.parse((await show('two', '--curves', '--json')).out);
    expect([curves.confidence.length, curves.recall.length, curves.classes[0].columns.f1.length]).toEqual([
      1000, 101, 1000,
    ]);
  });
  it('name a size of which there is no object', async () => {
    const { out } = await show('two', '--sizes');
    expect(out).toContain('no object of this size: medium, large');
    expect(lines(out).at(-1)).toMatch(/^dog +3 +0\.\d{3} +0\.333 +none +- +- +none +- +-$/);
    const { sizes } = JSON.parse((await show('two', '--sizes', '--json')).out);
    expect(sizes.classes[1]).toMatchObject({ class: 1, small: { objects: 3 }, large: { objects: 0 } });
    expect(sizes.classes[1].large).not.toHaveProperty('ap');
  });
  it('name no threshold of a class whose labels are not found', async () => {
    const { out } = await show('unseen', '--curves');
    expect(lines(out).slice(1)).toEqual([
      'no detection finds a label at IoU .50: there is no best confidence',
    ]);
    const { curves } = JSON.parse((await show('unseen', '--curves', '--json')).out);
    expect(curves.mean.best).toBeNull();
    expect(curves.classes[0]).toMatchObject({ class: 0, labels: 3, ap50: 0, best: null, common: null });
    // One class is found and the other is not.
    write('half', ['cat', 'dog'], 'no dog');
    const [, , , , , cat, dog] = lines((await show('half', '--curves')).out);
    expect(cat).toMatch(/^cat +3 +0\.\d{3} +0\.\d{3} +0\.\d{3} /);
    expect(dog).toMatch(/^dog +3 +0\.000 +- +- +- +- +0\.000$/);
    const half = JSON.parse((await show('half', '--curves', '--json')).out).curves;
    expect([half.classes[0].best.f1 > 0, half.classes[1].best, half.classes[1].common.f1]).toEqual([
      true,
      null,
      0,
    ]);
  });
  it('cut a name that no line has room for, and never in JSON', async () => {
    for (const argv of [
      ['show', 'long', '--confusion', '--curves', '--sizes'],
      ['compare', 'long', 'long'],
    ]) {
      const { code, out } = await cli(argv, root);
      expect([code, lines(out).filter((line) => line.length > 250)]).toEqual([0, []]);
    }
    expect((await show('long', '--sizes', '--json')).out).toContain('x'.repeat(3000));
  });
  it('of a val set without labels are one sentence', async () => {
    const { out } = await show('blank', '--curves', '--sizes');
    expect(lines(out).slice(1)).toEqual(Array(2).fill('the val set has no labels: there is no mAP'));
  });
});

describe('show refuses in one line', () => {
  const check = async (argv: string[], expected: RegExp): Promise<void> => {
    const { code, out, err } = await show(...argv);
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(err).toMatch(expected);
  };
  it('what the kept detections cannot give', async () => {
    await check(
      ['masks', '--confusion'],
      /^masks: Confusions, curves and sizes are made of boxes .* mask mAP\.$/m,
    );
    await check(['gone', '--sizes'], /^gone: The detections are not kept any more/);
    await check(['two@7', '--curves'], /^two@7: no detections of epoch 7; kept are 2$/m);
  });
  it('options that do not go together', async () => {
    await check(['two', '--csv'], /--csv goes with one of --confusion, --curves and --sizes/);
    await check(['two', '--csv', '--sizes', '--curves'], /--csv goes with one of/);
    await check(['two@2'], /^two@2: say --confusion, --curves or --sizes with an epoch/m);
    await check(['two@2', '--json'], /^two@2: say --confusion, --curves or --sizes/m);
    await check(['two', '--csv', '--sizes', '--json'], /say --csv or --json/);
    expect(readdirSync(root)).toEqual(['runs']);
  });
});
