// cspell:ignore größe
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRandom, type Random, shuffle } from '../../../../src/base/random';
import { loadEvents } from '../../../../src/engine/runs/load-events';
import { unpackRun } from '../../../../src/engine/runs/packed-run';
import { StepLines } from '../../../../src/engine/runs/step-lines';
import type { RunFile } from '../../../../src/run/files';
import { parseEventLine } from '../../../../src/run/parse-entry';
import { createRunState, createStepColumns, reduceRun } from '../../../../src/run/reduce';
import type { RunState } from '../../../../src/run/state';

const run = {} as RunFile;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-lines-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Series = Record<string, readonly number[]>;

function series({ steps }: RunState): Series {
  const { lr, loss, ...plain } = steps;
  const named = [
    ...Object.entries(plain),
    ...lr,
    ...[...loss].map(([name, c]) => [`loss ${name}`, c] as const),
  ];
  return Object.fromEntries(named.map(([name, column]) => [name, [...column.view()]]));
}

/** The content of the log if each of its lines is read by itself. */
function lineByLine(text: string): Series {
  const values = text.split('\n').flatMap((line) => parseEventLine(line).value ?? []);
  return series(
    values.reduce((state, value) => reduceRun(state, { source: 'events', value }), createRunState(run)),
  );
}

async function loaded(text: string): Promise<Series> {
  const eventsFile = path.join(folder, 'events.jsonl');
  writeFileSync(eventsFile, text);
  const request = {
    eventsFile,
    cacheFile: path.join(folder, 'cache'),
    cacheAfterBytes: Number.POSITIVE_INFINITY,
  };
  return series(unpackRun(await loadEvents(request), run));
}

const NUMBERS = [
  '0',
  '-0',
  '01',
  '-007',
  '1.',
  '.5',
  '1e999',
  '"NaN"',
  '"Infinity"',
  'null',
  '[]',
  '1e-7',
  '2.5',
];

/** A step line in one of the forms that a writer may use, with a flaw now and then. */
function stepLine(step: number, way: number, random: Random): string {
  const number = (): string =>
    random.below(60) === 0
      ? NUMBERS[random.below(NUMBERS.length)]
      : String(random.next() * 10 ** (random.below(9) - 6));
  const space = way % 3 === 1 ? ' ' : '';
  const loss = ['total', 'box', 'größe', 'a"1,2'].slice(0, 1 + (way % 4));
  const members = [
    `"type":${space}"step"`,
    `"t":${space}${1795462299604 + step * 60}`,
    `"step":${space}${step}`,
    `"epoch":${random.below(40) === 0 ? NUMBERS[random.below(NUMBERS.length)] : 1 + Math.floor(step / 7)}`,
    `"lr":[${[number(), number(), number()].join(`,${space}`)}]`,
    `"loss":{${loss.map((name) => `${JSON.stringify(name)}:${number()}`).join(',')}}`,
    ...(way % 2 === 0 ? [`"ips":${number()}`] : []),
    ...(way % 5 === 0 ? [`"grad":${number()}`, `"gpuBytes":${number()}`] : []),
    ...(way % 7 === 0 ? [`"grad":${number()}`, `"strange":{"x":[${number()},"7"]}`] : []),
  ];
  return `{${(way % 4 === 3 ? shuffle(members, createRandom(way)) : members).join(',')}}`;
}

/** What other writers do to a line, now and then. */
function damaged(line: string, random: Random): string {
  if (random.below(30) !== 0) return line;
  const at = random.below(line.length);
  const kinds = [
    line.slice(0, at),
    line.slice(0, at) + line,
    `${line.slice(0, at)}7${line.slice(at)}`,
    `${line.slice(0, at)}0${line.slice(at)}`,
    line.replace(/\d(?=[,}\]])/, ''),
    `${line} `,
    `${line}${line}`,
    '',
  ];
  return kinds[random.below(kinds.length)];
}

function hello(fromStep: number, random: Random): string {
  const groups = ['weights', 'norm', 'bias', 'norm'].slice(random.below(2));
  const rest = { trainer: 'builtin', pid: 1, attempt: 2, knobs: [] };
  return JSON.stringify({ type: 'hello', t: 1, ...rest, fromStep, groups });
}

function log(random: Random): string {
  const lines: string[] = random.below(2) === 0 ? [] : [hello(0, random)];
  let way = random.below(40);
  for (let i = 0, step = 0; i < 300; i++, step++) {
    if (random.below(50) === 0) way = random.below(40);
    if (random.below(80) === 0) step = Math.max(0, step - random.below(9));
    if (random.below(90) === 0) lines.push(hello(step, random));
    lines.push(damaged(stepLine(step, way, random), random));
  }
  return `${lines.join('\n')}\n`;
}

it('a log read by what its lines have in common is the log read line by line', async () => {
  const random = createRandom(3);
  for (let i = 0; i < 60; i++) {
    const text = log(random);
    expect(await loaded(text), `log ${i}`).toEqual(lineByLine(text));
  }
});

it('lines like the last one are taken without being parsed, others are left', () => {
  const steps = createStepColumns();
  const small = '0.009999999999950001';
  const state = { ...createRunState(run), steps };
  const line = (step: string, total = '0.5'): string =>
    `{"type":"step","t":1,"step":${step},"epoch":1,"lr":[0.1],"loss":{"total":${total}}}\n`;
  const text = [line('0'), line('1'), line('2', small), line('2'), line('03'), line('4', '"NaN"'), line('5')];
  const bytes = Buffer.from(text.join(''));
  const lines = new StepLines(steps);
  lines.open(bytes);
  const { value } = parseEventLine(text[0]);
  if (value) reduceRun(state, { source: 'events', value });
  lines.learn(text[0].trimEnd(), 0, []);
  const starts = text.map((_, i) => text.slice(0, i).join('').length);
  const taken = starts.slice(1).map((start, i) => [i + 1, lines.take(start)]);
  // Step 2 comes twice, 03 is not a number, NaN is a string, and the last line ends too near the end to read a whole
  // word.
  expect(taken).toEqual([
    [1, starts[2]],
    [2, starts[3]],
    [3, -1],
    [4, -1],
    [5, -1],
    [6, -1],
  ]);
  expect([...(steps.loss.get('total')?.view() ?? [])]).toEqual([0.5, 0.5, Number(small)]);
});
