import type { Words } from '../../base/words';

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
