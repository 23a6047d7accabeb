import type { Translate } from '../../base/translate';
import { say, type Words, words } from '../../base/words';
import type { SeveralTests } from '../lr-range/suggest';
import type { NoAnswer, RangeReading, RangeResult } from '../lr-range/types';

/**
 * What a range test found, in two sentences: the landmarks of the curve, and why this LR follows from them; or why none
 * does.
 */
export function rangeWords(reading: RangeReading): Words {
  if (reading.kind === 'nothing') return describeNothing(reading.why);
  return { template: '{0} {1}', parts: [landmarks(reading.result), reason(reading.result)] };
}

/** What several tests suggest together. */
export function describeSeveral({ suggested, between, sure, answered }: SeveralTests, t: Translate): string {
  const [low, high] = between.map(String);
  return sure
    ? t(
        'lr0 {0} is the mean of {1} tests with other seeds, which gave {2} to {3}.',
        suggested,
        answered,
        low,
        high,
      )
    : t(
        'lr0 is between {0} and {1} by {2} tests, which are too far apart for one number; try more steps.',
        low,
        high,
        answered,
      );
}

export const describeRange = (reading: RangeReading, t: Translate): string => say(rangeWords(reading), t);

function describeNothing(why: NoAnswer): Words {
  switch (why.kind) {
    case 'short':
      return words('No answer: the test made {0} steps, and at least 20 are needed.', why.steps);
    case 'sparse':
      return words(
        'No answer: {0} steps are too few for so wide a range, and the result would vary by factors; at least {1} are needed.',
        ...[why.steps, why.needed],
      );
    case 'blown':
      return words(
        'No answer: the loss blew up at {0} before it fell; let the test begin lower.',
        two(why.lr),
      );
    case 'flat':
      return words(
        'No answer: the loss did not fall, because its fall of {0} % is within its noise (up to {1} %); more steps or a larger batch may show more.',
        ...[percent(why.fall), percent(why.noise)],
      );
    case 'chance':
      return words(
        'No answer: the loss fell, but if run again the test would often find nothing; try more steps.',
      );
  }
}

const percent = (share: number): string => String(Math.round(100 * share));

function landmarks({ steepest, lowest, rises, diverged }: RangeResult): Words {
  const [start, low] = [two(steepest), two(lowest)];
  if (rises !== undefined) {
    return words(
      'The loss falls fastest at {0}, is lowest at {1} and rises again from {2} on.',
      ...[start, low, two(rises)],
    );
  }
  if (diverged !== undefined) {
    return words(
      'The loss falls fastest at {0}, is lowest at {1} and blows up at {2}.',
      ...[start, low, two(diverged)],
    );
  }
  return words('The loss falls fastest at {0} and is lowest at {1}; it never rose again.', start, low);
}

function reason({ suggested, between, sure, curve, lowest, valley, diverged }: RangeResult): Words {
  if (!sure)
    return words(
      'lr0 is between {0} and {1}: {2} steps are too few, or too noisy, to say more; try more steps.',
      ...[String(between[0]), String(between[1]), curve.length],
    );
  if (valley)
    return words(
      'lr0 {0} is the middle of {1} to {2}, in which the loss is near its lowest (within a tenth of its fall).',
      ...[String(suggested), two(valley[0]), two(valley[1])],
    );
  if (suggested === Number(lowest.toPrecision(2)))
    return words('lr0 {0} is the LR at which it is lowest.', String(suggested));
  if (diverged !== undefined)
    return words('lr0 {0} is a quarter of that: still fast, and safely below.', String(suggested));
  return words(
    'lr0 {0} is a quarter of the highest that was tried; a test that goes higher may find more.',
    String(suggested),
  );
}

const two = (value: number): string => String(Number(value.toPrecision(2)));
