// cspell:ignore feff
import type { Random } from '../../src/base/random';

/** Bytes that readers tend to treat apart: ends, brackets, quotes, digits, signs, the ends of integer types. */
const TOKENS: readonly Buffer[] = [
  ...[
    '\n',
    '\r\n',
    '\0',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '-',
    '#',
    '&a',
    '*a',
    '!!',
    '%',
    '\\u',
    '1e999',
    '-0',
  ],
  ...['NaN', 'null', '9007199254740993', '0x1f', '\u{feff}', '\u{1f600}', '../', 'epoch', '\t'],
].map((text) => Buffer.from(text));
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];
const MOST_BYTES = 64 * 1024;

/** One to six changes of a seed, all from `random`: flips, cuts, copies, tokens, lengths, a splice with another seed. */
export function mutate(seed: Uint8Array, other: Uint8Array, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let changes = 1 + random.below(6); changes > 0; changes--) bytes = change(bytes, other, random);
  return bytes.subarray(0, MOST_BYTES);
}

function change(bytes: Buffer, other: Uint8Array, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random.below(64));
  const changes: readonly (() => Buffer)[] = [
    () => flipped(bytes, at, random),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]),
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), TOKENS[random.below(TOKENS.length)], bytes.subarray(at)]),
    () => withNumber(bytes, at, NUMBERS[random.below(NUMBERS.length)]),
    () => Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]),
  ];
  return changes[random.below(changes.length)]();
}

function flipped(bytes: Buffer, at: number, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at] ^= 1 << random.below(8);
  return copy;
}

function withNumber(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  if (at + 4 <= copy.length) copy.writeUInt32LE(value, at);
  return copy;
}
