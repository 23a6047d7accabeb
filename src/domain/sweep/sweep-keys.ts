import type { KeyTable } from '../experiment/completions';
import { type KeySpec, ownKey } from '../experiment/key-spec';
import { keySpec, namesBeside } from '../experiment/key-table';

/** What a person may write in a `*.sweep.yaml`. This table feeds the parser, hover, completion and the JSON schema. */
export const SWEEP_KEYS: readonly KeySpec[] = [
  ownKey({
    key: 'experiment',
    kind: 'text',
    default: null,
    doc: 'The experiment file whose settings are varied, relative to this file. As it is, it is trial 0.',
  }),
  ownKey({
    key: 'metric',
    kind: 'choice',
    choices: ['map', 'map50', 'precision', 'recall'],
    default: 'map',
    doc: 'The number that trials are compared by; higher is better.',
  }),
  ownKey({
    key: 'trials',
    kind: 'int',
    min: 2,
    max: 1000,
    default: null,
    doc: 'How many trials, the file as it is among them. A grid has as many as it has points; others have 12 without it.',
  }),
  ownKey({
    key: 'sampler',
    kind: 'choice',
    choices: ['halton', 'random', 'grid'],
    default: 'halton',
    doc: 'How settings are chosen: halton fills the space evenly, random draws, grid takes every combination.',
  }),
  ownKey({
    key: 'seed',
    kind: 'int',
    min: 0,
    default: 0,
    doc: 'Of the choice of settings. The training seed is the one of the experiment, the same for all trials.',
  }),
  ownKey({
    key: 'stop.rule',
    kind: 'choice',
    choices: ['halving', 'asha', 'none'],
    default: 'halving',
    doc: 'halving: at each rung all trials wait for each other, and only the best go on; asha: each is judged as it comes, which depends on the order; none: every trial trains to its end.',
  }),
  ownKey({
    key: 'stop.grace',
    kind: 'int',
    min: 1,
    default: null,
    unit: 'epochs',
    doc: 'The first rung: no trial is judged before. Without it two epochs after the longest warm-up.',
  }),
  ownKey({
    key: 'stop.reduction',
    kind: 'int',
    min: 2,
    max: 16,
    default: 3,
    doc: 'Of n trials at a rung n / reduction go on, and the next rung is reduction times as far.',
  }),
  ownKey({
    key: 'stop.allow_short_grace',
    kind: 'bool',
    default: false,
    doc: 'Accept a grace that ends less than two epochs after the warm-up: a slow start looks like a bad one then.',
  }),
];

/** Blocks of a sweep file, with what they are. */
export const SWEEP_BLOCKS: ReadonlyMap<string, string> = new Map([
  [
    'search',
    'What is varied: a key of the experiment and its values, as lr0: { log: [0.001, 0.1] }, { uniform: [a, b] }, { int: [a, b] } or a list. `if: { optimizer: AdamW }` varies it only there; `points` is how many of a range a grid takes.',
  ],
  ['stop', 'When a trial is stopped for the sake of better ones.'],
]);

/** What is varied is a key of the experiment. */
const varied = (key: string): string | undefined =>
  key.startsWith('search.') ? key.slice('search.'.length) : undefined;

const byKey: ReadonlyMap<string, KeySpec> = new Map(SWEEP_KEYS.map((spec) => [spec.key, spec]));

export const sweepKeySpec = (key: string): KeySpec | undefined => byKey.get(key);

/** For an editor: of a key under `search` the key of the experiment. */
export const SWEEP_TABLE: KeyTable = {
  namesBeside: (key) =>
    varied(key) === undefined ? sweepNamesBeside(key) : namesBeside('').map((name) => `search.${name}`),
  spec: (key) => byKey.get(key) ?? keySpec(varied(key) ?? ''),
  blocks: SWEEP_BLOCKS,
  takesValue: (key) => varied(key) === undefined,
};

/** Names to choose from: those of a block, else the top-level ones and the blocks. */
export function sweepNamesBeside(key: string): readonly string[] {
  const block = key.includes('.') ? key.slice(0, key.indexOf('.') + 1) : '';
  if (block !== '') return [...byKey.keys()].filter((name) => name.startsWith(block));
  return [...[...byKey.keys()].filter((name) => !name.includes('.')), ...SWEEP_BLOCKS.keys()];
}
