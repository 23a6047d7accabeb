import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseJson } from '../../src/base/json';
import { parseDetectionsFile } from '../../src/coco/detections-file';
import { parseGroundTruthFile } from '../../src/coco/ground-truth-file';
import { decodeBmp, isBmp } from '../../src/dataset/decode/bmp';
import { readableFormat, unreadableFormat } from '../../src/dataset/decode/formats';
import { parseLabels } from '../../src/domain/dataset/labels';
import { parseDatasetYaml } from '../../src/domain/dataset/parse';
import { parsePythonLiteral } from '../../src/domain/detection/metadata';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { parseResultsCsv } from '../../src/domain/foreign/results-csv';
import { readTfEvents } from '../../src/domain/foreign/tfevents';
import { readGraph } from '../../src/onnx/graph';
import { readFields } from '../../src/onnx/wire';
import { decodeDetections } from '../../src/run/detections-file';
import { zMetaFile, zRunFile, zStatusFile } from '../../src/run/files';
import { parseEventLine, parseKeeperLine, parseValidationLine } from '../../src/run/parse-entry';
import { createRunState, foldRun } from '../../src/run/reduce';
import { zControlFile } from '../../src/run/requests';

/** A reader of bytes from an unknown writer. What it refuses it reports in one line, by a value or an Error. */
export type Reader = {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Buffer) => void | Promise<void>;
  /** What a library throws for bytes that are not of its format; the caller reports it in a line. */
  readonly refuses?: RegExp;
};

/** protobufjs, for a message that ends too early or has an unknown field type. */
const NO_MESSAGE = /^(index out of range|invalid wire type|max depth exceeded)/;

const FIXTURES = path.join(
  process.env.PITWALL_REPOSITORY ?? path.resolve(import.meta.dirname, '../..'),
  'test/fixtures',
);

const text = (...texts: readonly string[]): Buffer[] => texts.map((one) => Buffer.from(one));

/** Files of the fixtures with this ending; those of runs that were really made are among them. */
function fixtures(folder: string, ending: string): Buffer[] {
  return readdirSync(path.join(FIXTURES, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .slice(0, 8)
    .map((file) => readFileSync(path.join(FIXTURES, folder, file)));
}

const linesOf = (files: readonly Buffer[]): Buffer[] =>
  files
    .flatMap((file) =>
      file
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
        .slice(0, 40),
    )
    .map((line) => Buffer.from(line));

const EXPERIMENT = `trainer: builtin
model: nano
data: data.yaml
epochs: 30
batch: 16
lr0: 0.02   # peak
cos_lr: true
validation: { device: auto, batch: 64, every: 1, backlog: latest }
early_stop: { metric: map, patience: 10 }
command:
  run: [python, train.py]
  metrics: { map: "m/AP" }
`;
const DATASET =
  'path: ../data\ntrain: images/train\nval: [images/val, more]\nnames:\n  0: open\n  1: short\nnc: 2\n';
const CSV =
  'epoch,time,train/box_loss,metrics/mAP50-95(B),lr/pg0\n1,12.5,1.2,0.31,0.01\n2,25.0,1.1,nan,0.009\n';
const CONTROL =
  '{"id":"a-1","t":17,"from":"cli","request":{"type":"lr","mode":"scale","value":0.01,"group":"bias"}}';
const BMP = Buffer.concat([
  Buffer.from('BM'),
  Buffer.from([70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0]),
  Buffer.alloc(40, 7),
]);
const COCO =
  '{"images":[{"id":1,"width":9,"height":9}],"categories":[{"id":1,"name":"a"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4],"area":12,"iscrowd":0}]}';
const RESULTS =
  '[{"image_id":1,"category_id":1,"bbox":[1.5,2,3e0,4],"score":0.5},{"image_id":2,"category_id":1,"bbox":[1,2,3,4],"score":1}]';

/** A small ONNX graph by hand: ir_version, a graph with a node and a name, an operator set. */
const ONNX = Buffer.from([
  8, 8, 58, 19, 10, 11, 10, 1, 120, 18, 1, 121, 34, 3, 65, 98, 115, 18, 4, 103, 114, 97, 102, 66, 2, 16, 17,
]);

const truth = parseGroundTruthFile(Buffer.from(COCO), 'gt.json').value;

export function readers(): Reader[] {
  const logs = (name: string) => linesOf(fixtures('run-logs', name));
  const json = (check: (value: unknown) => unknown) => (bytes: Buffer) => {
    check(parseJson(bytes.toString('utf8')));
  };
  return [
    {
      name: 'experiment YAML',
      seeds: text(EXPERIMENT),
      read: (b) => void parseExperiment(b.toString('utf8'), { file: 'a.train.yaml' }),
    },
    {
      name: 'dataset YAML',
      seeds: text(DATASET),
      read: (b) => void parseDatasetYaml(b.toString('utf8'), 'data.yaml'),
    },
    {
      name: 'labels',
      seeds: text('0 0.5 0.5 0.2 0.2\n1 .1 .1 .2 .1 .3 .4\n'),
      read: (b) => void parseLabels(b.toString('utf8'), { classes: 2, columns: 5, singleCls: false }),
    },
    { name: 'event lines', seeds: logs('events.jsonl'), read: readEvent },
    {
      name: 'keeper lines',
      seeds: logs('keeper.jsonl'),
      read: (b) => void parseKeeperLine(b.toString('utf8')),
    },
    {
      name: 'validation lines',
      seeds: logs('validation.jsonl'),
      read: (b) => void parseValidationLine(b.toString('utf8')),
    },
    { name: 'results.csv', seeds: text(CSV), read: (b) => void parseResultsCsv(b.toString('utf8')) },
    {
      name: 'TensorBoard events',
      seeds: fixtures('foreign', '.tfevents'),
      read: (b) => void readTfEvents(b),
    },
    { name: 'ONNX fields', seeds: [ONNX], read: (b) => void readFields(b), refuses: NO_MESSAGE },
    { name: 'ONNX graph', seeds: [ONNX], read: (b) => void readGraph(b), refuses: NO_MESSAGE },
    { name: '.det', seeds: fixtures('runs', '.det'), read: (b) => void decodeDetections(b) },
    { name: 'BMP', seeds: [BMP], read: (b) => void (isBmp(b) && decodeBmp(b)) },
    {
      name: 'image headers',
      seeds: [...fixtures('runs', '.png').slice(0, 2), BMP],
      read: (b) => void [readableFormat(b), unreadableFormat(b, 'a.jpg')],
    },
    { name: 'COCO annotations', seeds: text(COCO), read: (b) => void parseGroundTruthFile(b, 'gt.json') },
    {
      name: 'COCO results',
      seeds: text(RESULTS),
      read: (b) => void (truth && parseDetectionsFile(b, 'dt.json', truth)),
    },
    {
      name: 'Python literals',
      seeds: text('{0: \'a\', 1: "b", 2: [1, 2.5, None, True, (3,)]}'),
      read: (b) => void parsePythonLiteral(b.toString('utf8')),
    },
    { name: 'control files', seeds: text(CONTROL), read: json((value) => zControlFile.safeParse(value)) },
    {
      name: 'run.json',
      seeds: fixtures('runs', 'run.json'),
      read: json((value) => zRunFile.safeParse(value)),
    },
    {
      name: 'status.json',
      seeds: fixtures('runs', 'status.json'),
      read: json((value) => zStatusFile.safeParse(value)),
    },
    {
      name: 'meta.json',
      seeds: text('{"title":"a","notes":"b","pinned":true,"archived":false}'),
      read: json((value) => zMetaFile.safeParse(value)),
    },
  ];
}

/** Whatever passes the check is folded as well. */
function readEvent(bytes: Buffer): void {
  const { value } = parseEventLine(bytes.toString('utf8'));
  if (value) foldRun(createRunState(), [{ source: 'events', value }]);
}
