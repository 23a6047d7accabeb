import { describe, expect, it } from 'vitest';
import { createRandom, type Random, shuffle } from '../../../src/base/random';
import { parseDetectionsFile } from '../../../src/coco/detections-file';
import { parseGroundTruthFile } from '../../../src/coco/ground-truth-file';
import { readNumber } from '../../../src/json/number';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('numbers are the doubles of JSON.parse', () => {
  const check = (text: string): void => {
    const out = new Float64Array(1);
    expect(readNumber(encode(`${text},`), 0, out, 0), text).toBe(text.length);
    expect(Object.is(out[0], JSON.parse(text)), `${text} was read as ${out[0]}`).toBe(true);
  };

  it.each([
    '0',
    '-0',
    '-0.0',
    '7',
    '2147483647',
    '2147483648',
    '9007199254740993',
    '0.1',
    '123456789.123456789',
    '1e3',
    '1E+3',
    '1.5e-3',
    '-2.5E2',
    '1e400',
    '5e-324',
    '0.30000000000000004',
    '4503599627370497.5',
    '9007199254740992.5',
    '0.0000000000000000000001',
    '473.07440185546875',
    '12345678901234567890.5',
    '0.009999999999950001',
    '-0.000000000000000000123',
    '0.0000000000',
    '-0.000000000000000000',
  ])('%s', check);

  it('random ones of every length, with halves between doubles', () => {
    const random = createRandom(1);
    const single = new Float32Array(1);
    const writers: ((value: number) => string)[] = [
      String,
      (value) => (value * 640).toFixed(random.below(16)),
      (value) => (value - 0.5).toPrecision(1 + random.below(17)),
      (value) => {
        single[0] = value * 640;
        return String(single[0]);
      },
      (value) => `${Math.floor(value * 2 ** 53)}.5`,
      (value) => value.toExponential(random.below(18)),
      (value) => `0.${'0'.repeat(random.below(9))}${String(value).slice(2)}`,
    ];
    for (let i = 0; i < 30_000; i++) check(writers[i % writers.length](random.next()));
  });

  it.each(['-', '.5', '5.', '1e', 'x', ''])('%j is none', (text) => {
    expect(readNumber(encode(`${text},`), 0, new Float64Array(1), 0)).toBe(-1);
  });
});

type Detection = { image_id: number | string; category_id: number; bbox: number[]; score: number };

/** Any valid way to write a value: white space, escapes in keys, any order, members of no interest. */
function write(value: unknown, random: Random): string {
  const space = (): string => ['', '', '', ' ', '\n', '\t', '\r\n  '][random.below(7)];
  const join = (items: string[]): string => items.map((item) => space() + item + space()).join(',');
  if (Array.isArray(value)) return `[${join(value.map((item) => write(item, random)))}${space()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = [...Object.entries(value), ...strangeMembers(random)];
  const written = shuffle(members, random).map(
    ([key, item]) => `${writeKey(key, random)}${space()}:${space()}${write(item, random)}`,
  );
  return `{${join(written)}${space()}}`;
}

function writeKey(key: string, random: Random): string {
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `"${[...key].map((char) => (random.next() < 0.02 ? escaped(char) : char)).join('')}"`;
}

function strangeMembers(random: Random): [string, unknown][] {
  const nested = { bbox: [1, 2, 3, 4], '}': [']', '"', '\\"'], deep: [[[{}]]], é: '💥' };
  const all: [string, unknown][] = [
    ['segmentation', [[1.5, 2, 3e5], []]],
    ['note', 'a "quoted" \\ text, {[:'],
    ['nested', nested],
    ['nothing', null],
    ['flag', true],
  ];
  return all.filter(() => random.next() < 0.2);
}

const truthText = (images: readonly (number | string)[]): string =>
  JSON.stringify({
    images: images.map((id) => ({ id })),
    annotations: [],
    categories: [{ id: 3 }, { id: 1 }],
  });

function readBack(text: string, images: readonly (number | string)[]): Detection[] {
  const truth = parseGroundTruthFile(encode(truthText(images)), 'gt.json').value!;
  const { value, problems } = parseDetectionsFile(encode(text), 'dt.json', truth);
  expect(problems).toEqual([]);
  return Array.from(value!.image, (image, i) => ({
    image_id: [...images].sort()[image],
    category_id: [1, 3][value!.category[i]],
    bbox: [...value!.boxes.subarray(4 * i, 4 * i + 4)],
    score: value!.scores[i],
  }));
}

function makeDetections(random: Random, images: readonly (number | string)[]): Detection[] {
  return Array.from({ length: random.below(12) }, () => ({
    image_id: images[random.below(images.length)],
    category_id: random.next() < 0.5 ? 1 : 3,
    bbox: Array.from({ length: 4 }, () => (random.next() < 0.5 ? random.below(100) : random.next() * 100)),
    score: random.next(),
  }));
}

describe('detections are read from any valid JSON', () => {
  it.each([
    ['integer ids', [1, 4, 5]],
    ['sparse ids', [1, 900_000_000_000, 9_000_000_000_000]],
    ['strings', ['000001.jpg', 'b"\\é💥', 'ünï']],
  ])('%s', (_, images) => {
    const random = createRandom(2);
    for (let i = 0; i < 300; i++) {
      const detections = makeDetections(random, images);
      expect(readBack(write(detections, random), images)).toEqual(detections);
    }
  });

  it('the last of repeated keys counts', () => {
    const text = '[{"image_id":4,"category_id":1,"bbox":[0,0,1,1],"score":0.5,"score":0.75,"image_id":1}]';
    expect(readBack(text, [1, 4])).toEqual([
      { image_id: 1, category_id: 1, bbox: [0, 0, 1, 1], score: 0.75 },
    ]);
  });

  it('integers beyond 2^53 stay apart', () => {
    const ids = ['9007199254740993', '9007199254740992'];
    const truth = `{"images":[{"id":${ids[0]}},{"id":${ids[1]}}],"annotations":[],"categories":[{"id":1}]}`;
    const { value } = parseGroundTruthFile(encode(truth), 'gt.json');
    const text = `[${ids.map((id) => `{"image_id":${id},"category_id":1,"bbox":[0,0,1,1],"score":1}`).join()}]`;
    expect([...parseDetectionsFile(encode(text), 'dt.json', value!).value!.image]).toEqual([1, 0]);
  });

  it('an object with annotations and a byte order mark', () => {
    const text =
      '\ufeff{"info": {}, "annotations": [{"image_id":1,"category_id":1,"bbox":[0,0,1,1],"score":1}]} \n';
    expect(readBack(text, [1])).toHaveLength(1);
  });
});

describe('what cannot be read is one line that says where and what was expected', () => {
  const truth = parseGroundTruthFile(encode(truthText([1, 2])), 'gt.json').value!;
  const detection = '{"image_id":1,"category_id":1,"bbox":[0,0,1,1],"score":1}';

  it.each([
    ['', 'expected COCO results, a list of detections, found the end of the file'],
    ['{}', 'expected COCO results, a list of detections, found "{}"'],
    [`[${detection}`, 'expected "," or "]", found the end of the file'],
    [`[${detection},]`, 'expected a value after ",", found "]"'],
    [`[${detection}] x`, 'expected nothing more, found "x"'],
    ['[1]', 'expected "{", found "1]"'],
    ['[{"image_id":1,"category_id":1,"bbox":[0,0,1,1]}]', 'expected "score" in each detection'],
    ['[{"image_id":1,"category_id":1,"bbox":[0,0,1],"score":1}]', 'expected "bbox" as four numbers'],
    ['[{"image_id":1,"category_id":1,"bbox":[0,0,1,"a"],"score":1}]', 'expected "bbox" as four numbers'],
    ['[{"image_id":1,"category_id":1,"bbox":[0,0,1,1],"score":"high"}]', 'expected a number for "score"'],
    ['[{"image_id":null,"category_id":1,"bbox":[0,0,1,1],"score":1}]', 'expected an id'],
    [`[${detection.replace(':1,', ':7,')}]`, 'it has no image 7'],
    ['[{"image_id":1,"note":"open}]', 'expected the end of a string'],
    ['[{"image_id":1,"note":{"a":[}', 'expected the end of a list or object'],
  ])('%j', (text, message) => {
    const { value, problems } = parseDetectionsFile(encode(text), 'dt.json', truth);
    expect(value).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: 'error', file: 'dt.json' });
    expect(problems[0].message).toContain(message);
  });

  it('line and column are those of the failure', () => {
    const { problems } = parseDetectionsFile(
      encode(`[\n${detection},\n  {"image_id": x}]`),
      'dt.json',
      truth,
    );
    expect(problems[0].range).toMatchObject({ line: 3, column: 16 });
  });

  it.each([
    ['[]', 'expected "{"'],
    ['{"images":[]}', 'it has no annotations, no categories'],
    ['{"images":[{}],"annotations":[],"categories":[]}', '"id" in each of the images'],
    [
      '{"images":[],"annotations":[{"image_id":1,"category_id":1}],"categories":[]}',
      '"bbox" in each of the annotations',
    ],
  ])('ground truth %j', (text, message) => {
    const { value, problems } = parseGroundTruthFile(encode(text), 'gt.json');
    expect(value).toBeUndefined();
    expect(problems.map((problem) => problem.message).join()).toContain(message);
  });
});

it('what pycocotools skips is reported', () => {
  const text = JSON.stringify({
    images: [{ id: 1 }],
    categories: [{ id: 1 }],
    annotations: [
      { id: 5, image_id: 1, category_id: 1, bbox: [0, 0, 2, 3] },
      { id: 5, image_id: 1, category_id: 1, bbox: [0, 0, 4, 5], area: 1, iscrowd: true },
      { id: 6, image_id: 2, category_id: 1, bbox: [0, 0, 4, 5], area: 1 },
    ],
  });
  const { value, problems } = parseGroundTruthFile(encode(text), 'gt.json');
  expect(problems.map(({ message }) => message.split(';')[0])).toEqual([
    '1 annotations repeat the id of another',
    '1 annotations of unlisted images or categories are left out, as in pycocotools',
  ]);
  expect([...value!.groundTruth.boxes]).toEqual([0, 0, 4, 5, 0, 0, 4, 5]);
  expect([...value!.groundTruth.flags]).toEqual([1, 1]);
});

describe('an annotation file with very many categories', () => {
  const withCategories = (count: number) => {
    const categories = Array.from({ length: count }, (_, id) => ({ id: id + 1 }));
    const text = JSON.stringify({ images: [{ id: 1 }], annotations: [], categories });
    return parseGroundTruthFile(new TextEncoder().encode(text), 'gt.json');
  };

  it('is refused in a line, since each takes 20 kB of curves', () => {
    const { value, problems } = withCategories(300_000);
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([
      { file: 'gt.json', message: 'lists 300000 categories; the most is 30000' },
    ]);
  });

  it('may have as many as the largest published set', () => {
    expect(withCategories(21_841).value?.categoryIds).toHaveLength(21_841);
  });
});
