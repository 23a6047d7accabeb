/** What a setting of the experiment may be given. */
export type SettingValue = string | number | boolean | null | readonly unknown[];

export type ValueRange =
  | { readonly kind: 'log' | 'uniform' | 'int'; readonly low: number; readonly high: number }
  | { readonly kind: 'choice'; readonly values: readonly SettingValue[] };

/** One key of the experiment that is varied. */
export type SearchDimension = {
  readonly key: string;
  readonly range: ValueRange;
  /** How many values of a range a grid takes. */
  readonly points: number;
  /** It is only varied if another one that is varied has one of these values. */
  readonly onlyIf?: { readonly key: string; readonly values: readonly SettingValue[] };
};

export type Sampler = 'halton' | 'random' | 'grid';
export type StopRule = 'halving' | 'asha' | 'none';

/** A sweep as its file says. */
export type SweepSettings = {
  /** As written: relative to the sweep file. */
  readonly experiment: string;
  readonly metric: 'map' | 'map50' | 'precision' | 'recall';
  /** Undefined: all points of a grid, 12 of others. */
  readonly trials: number | undefined;
  readonly sampler: Sampler;
  readonly seed: number;
  readonly search: readonly SearchDimension[];
  readonly stop: {
    readonly rule: StopRule;
    /** Undefined: two epochs after the longest warm-up. */
    readonly grace: number | undefined;
    readonly reduction: number;
    readonly allowShortGrace: boolean;
  };
};

/** The settings of one trial by key; those of trial 0 are none: it is the experiment as it stands. */
export type TrialSettings = Readonly<Record<string, SettingValue>>;

/** `--set` texts of a trial. */
export function overridesOf(settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}
