import type { Translate } from '../../base/translate';
import type { RangeResult } from '../lr-range/types';

/** What a range test found, in two sentences: the landmarks of the curve, and why this LR follows from them. */
export function describeRange(result: RangeResult, t: Translate): string {
  return `${landmarks(result, t)} ${reason(result, t)}`;
}

function landmarks({ steepest, lowest, rises, diverged }: RangeResult, t: Translate): string {
  const [start, low] = [two(steepest), two(lowest)];
  if (rises !== undefined) {
    return t(
      'The loss falls fastest at {0}, is lowest at {1} and rises again from {2} on.',
      ...[start, low, two(rises)],
    );
  }
  if (diverged !== undefined) {
    return t(
      'The loss falls fastest at {0}, is lowest at {1} and blows up at {2}.',
      ...[start, low, two(diverged)],
    );
  }
  return t('The loss falls fastest at {0} and is lowest at {1}; it never rose again.', start, low);
}

function reason({ suggested, lowest, rises, diverged }: RangeResult, t: Translate): string {
  if (suggested === Number(lowest.toPrecision(2)))
    return t('lr0 {0} is where it is lowest.', String(suggested));
  if (rises !== undefined || diverged !== undefined)
    return t('lr0 {0} is a quarter of that: still fast, and safely below.', String(suggested));
  return t(
    'lr0 {0} is a quarter of the highest that was tried; a test that goes higher may find more.',
    String(suggested),
  );
}

const two = (value: number): string => String(Number(value.toPrecision(2)));
