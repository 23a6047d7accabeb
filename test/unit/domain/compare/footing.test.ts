import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { compareRecords } from '../../../../src/domain/compare/compare-records';
import { bringToOneFooting } from '../../../../src/domain/compare/footing';
import type { DetectionRecord, DetectionRule } from '../../../../src/domain/compare/record';

const RULE: DetectionRule = {
  name: 'ultralytics',
  imgsz: 64,
  conf: 0.001,
  iou: 0.7,
  max_det: 300,
  single_cls: false,
  split: 'val',
  exif: 'applied',
};
const digest = (image: string, labels = 'x'): string => image.padEnd(11, '.') + labels.padEnd(11, '.');

type Box = readonly [image: number, cls: number, x: number, score: number];
type Part = {
  readonly rule?: Partial<DetectionRule>;
  readonly digests?: readonly string[];
  readonly fingerprint?: string;
  readonly classes?: readonly string[];
  readonly files?: readonly string[];
  readonly found?: readonly Box[];
  readonly labels?: readonly Box[];
};

const LABELS: readonly Box[] = [
  [0, 0, 10, 1],
  [1, 1, 20, 1],
];

function record({ rule, digests = ['a', 'b'].map((d) => digest(d)), ...part }: Part = {}): DetectionRecord {
  const { classes = ['one', 'two'], found = LABELS, labels = LABELS, files = ['a.png', 'b.png'] } = part;
  const single = rule?.single_cls ?? false;
  return {
    header: {
      fingerprint: part.fingerprint ?? `c:${digests.join()} ${classes.join()}`,
      classes: single ? ['item'] : classes,
      rule: { ...RULE, ...rule },
      images: files.length,
      files,
      sizes: files.flatMap(() => [100, 100]),
      digests,
    },
    detections: { ...columns(found, single), scores: Float32Array.from(found, ([, , , score]) => score) },
    truth: { ...columns(labels, single), images: files.length, classes: single ? 1 : 2 },
  };
}

function columns(boxes: readonly Box[], single: boolean) {
  return {
    boxes: Float32Array.from(boxes.flatMap(([, , x]) => [x, 10, x + 10, 20])),
    class: Uint16Array.from(boxes, ([, cls]) => (single ? 0 : cls)),
    image: Uint32Array.from(boxes, ([image]) => image),
  };
}

/** As an earlier Pitwall left it: known by its paths. */
function earlier(part: Part): DetectionRecord {
  const made = record({ fingerprint: 'of paths', ...part });
  const { digests: _, ...header } = made.header;
  return { ...made, header };
}

function checkRefused(a: DetectionRecord, b: DetectionRecord, message: string): void {
  const result = bringToOneFooting(a, b);
  expect(result.kind === 'refused' ? inEnglish(result.why) : result.kind).toBe(message);
}

function checkSaid(a: DetectionRecord, b: DetectionRecord, said: readonly string[]) {
  const result = bringToOneFooting(a, b);
  if (result.kind === 'refused') throw new Error(inEnglish(result.why));
  expect(result.said.map(inEnglish)).toEqual(said);
  return result;
}

describe('two records of one val set', () => {
  it('need no word when they were made alike', () => {
    checkSaid(record(), record(), []);
  });

  it('of other image sizes are compared by the original images', () => {
    const said = ['A was validated at 64 pixels, B at 320: both by the original images'];
    checkSaid(record(), record({ rule: { imgsz: 320 } }), said);
  });

  it('with one class on one side are compared by one class, either way', () => {
    const found: readonly Box[] = [
      [0, 0, 10, 0.9],
      [0, 1, 10.5, 0.8],
      [1, 0, 20, 0.7],
    ];
    const [all, one] = [record({ found }), record({ rule: { single_cls: true }, found: [[0, 0, 10, 0.9]] })];
    const there = checkSaid(all, one, ['single_cls is false for A, true for B: both by one class']);
    // The second box of the first image is the first one again, of another class.
    expect([...there.a.detections.scores].map((s) => s.toFixed(1))).toEqual(['0.9', '0.7']);
    expect([there.truth.classes, [...there.truth.class]]).toEqual([1, [0, 0]]);
    const back = checkSaid(one, all, ['single_cls is true for A, false for B: both by one class']);
    expect(back.b.detections).toEqual(there.a.detections);
    const [compared, swapped] = [compareRecords(all, one), compareRecords(one, all)];
    if (compared.kind === 'refused' || swapped.kind === 'refused') throw new Error('refused');
    expect(swapped.comparison.low).toBe(0 - compared.comparison.high);
    expect(swapped.comparison.high).toBe(0 - compared.comparison.low);
  });

  it('of another confidence or limit are cut to the stricter one', () => {
    const found: readonly Box[] = [
      [0, 0, 10, 0.9],
      [0, 0, 50, 0.5],
      [0, 0, 70, 0.01],
    ];
    const strict = record({ rule: { conf: 0.25, max_det: 1 }, found: [[0, 0, 10, 0.9]] });
    const { a } = checkSaid(record({ found }), strict, [
      'confidence began at 0.001 for A, at 0.25 for B: both from 0.25 on',
      'detections of an image ended at 300 for A, at 1 for B: the first 1 of both',
    ]);
    expect(a.detections.scores).toHaveLength(1);
  });

  it('that would have found other boxes are refused, with both values', () => {
    checkRefused(record(), record({ rule: { split: 'test' } }), 'the split differs: val for A, test for B');
    checkRefused(record(), record({ rule: { iou: 0.5 } }), 'the IoU of NMS differs: 0.7 for A, 0.5 for B');
    const unturned = record({ rule: { exif: 'ignored' } });
    checkRefused(unturned, record(), 'the EXIF orientation of images differs: ignored for A, applied for B');
    const few = record({ rule: { classes: [0, 2] } });
    checkRefused(few, record(), 'the choice of classes differs: 0 2 for A, all for B');
    const agnostic = record({ rule: { agnostic: true } });
    checkRefused(agnostic, record(), 'agnostic_nms differs: true for A, false for B');
  });

  it('whose labels were read differently are refused', () => {
    const labels: readonly Box[] = [LABELS[0], [1, 1, 25, 1]];
    checkRefused(
      record(),
      record({ labels }),
      'the labels of the val set were read differently for A and for B: validate the older one again',
    );
  });
});

it('two val sets are told apart by their images, their labels, their classes', () => {
  checkRefused(
    record(),
    record({ digests: [digest('a'), digest('c')] }),
    'the val sets differ: 2 images for A, 2 for B; 1 of A are not in B, 1 of B are not in A',
  );
  checkRefused(
    record(),
    record({ digests: [digest('a'), digest('b', 'changed')] }),
    'the val sets differ: 1 of 2 images have other labels for B than for A',
  );
  checkRefused(
    record(),
    record({ classes: ['one', 'three'] }),
    'the classes of the val sets differ: one, two for A; one, three for B',
  );
});

describe('a record of an earlier Pitwall', () => {
  const MATCHED =
    'one of A and B was validated by an earlier Pitwall: its images were matched by name, size and labels';
  const turned: Part = {
    files: ['b.png', 'a.png'],
    labels: [
      [0, 1, 20, 1],
      [1, 0, 10, 1],
    ],
    found: [
      [0, 1, 20, 0.9],
      [1, 0, 10, 0.8],
    ],
  };

  it('finds its images again by name and size, in whatever order', () => {
    const { a } = checkSaid(earlier(turned), record(), [MATCHED]);
    expect([...a.detections.image]).toEqual([0, 1]);
    expect([...a.detections.scores].map((s) => s.toFixed(1))).toEqual(['0.8', '0.9']);
    expect([...a.truth.class]).toEqual([0, 1]);
    checkSaid(record(), earlier(turned), [MATCHED]);
  });

  it('is refused if they are not those of the other, and beside another of other paths', () => {
    const message =
      'one of A and B was validated by an earlier Pitwall, and its images are not those of the other by name and size: validate it again';
    checkRefused(earlier({ files: ['a.png', 'c.png'] }), record(), message);
    checkRefused(earlier({ files: ['a.png', 'a.png'] }), record(), message);
    checkRefused(
      earlier({}),
      earlier({ fingerprint: 'of others' }),
      'A and B were validated by an earlier Pitwall on val sets of other paths, sizes or labels: validate one of them again',
    );
  });
});
