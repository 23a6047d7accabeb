import { type Words, words } from '../../base/words';

// What any foreign trainer's output is converted to, whichever format it was read from.
export type ForeignRecord =
  | { readonly kind: 'plan'; readonly epochs: number; readonly stepsPerEpoch: number }
  | {
      readonly kind: 'step';
      readonly step: number;
      /** Counted from 1; undefined if the format does not have it. */
      readonly epoch: number | undefined;
      readonly loss: Readonly<Record<string, number>>;
      readonly lr: Readonly<Record<string, number>>;
      readonly time: number | undefined;
    }
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly loss: Readonly<Record<string, number>>;
      readonly metrics: Readonly<Record<string, number>>;
      /** How long the epoch took and when it ended (Unix ms), if the format has them. */
      readonly seconds?: number;
      readonly time?: number;
    }
  /** What was reported from this step on has changed or was incomplete; it follows anew. */
  | { readonly kind: 'revise'; readonly fromStep: number }
  /** The trainer itself says that nothing follows, and why if it failed. */
  | { readonly kind: 'end'; readonly failure?: Words }
  | { readonly kind: 'checkpoint'; readonly file: string; readonly epoch: number; readonly step: number }
  | { readonly kind: 'problem'; readonly said: Words };

/** "KEY is VALUE, expected WHAT", for what another program wrote. */
export const unexpected = (key: string, value: string | number, expected: Words): Words =>
  words('{0} is {1}, expected {2}', key, value, expected);

export const wholeFrom = (least: 0 | 1): Words => words('a whole number from {0}', least);

/** What of a record a run folder cannot hold (steps count from 0 and epochs from 1 there); undefined if it is sound. */
export function outOfBounds(record: ForeignRecord): Words | undefined {
  const bounded = boundsOf(record).find(
    ([, value, least]) => !(Number.isSafeInteger(value) && value >= least),
  );
  return bounded && unexpected(bounded[0], bounded[1], wholeFrom(bounded[2]));
}

type Bound = readonly [key: string, value: number, least: 0 | 1];

function boundsOf(record: ForeignRecord): readonly Bound[] {
  if (record.kind === 'plan') return planBounds(record);
  if (record.kind === 'epoch') return [['epoch', record.epoch, 1]];
  if (record.kind !== 'step' && record.kind !== 'checkpoint') return [];
  return [
    ['step', record.step, 0],
    ['epoch', record.epoch ?? 1, 1],
  ];
}

/** 0: not known. */
const planBounds = ({
  epochs,
  stepsPerEpoch,
}: Extract<ForeignRecord, { kind: 'plan' }>): readonly Bound[] => [
  ['epochs', epochs, 0],
  ['stepsPerEpoch', stepsPerEpoch, 0],
  ['epochs * stepsPerEpoch', epochs * stepsPerEpoch, 0],
];
