import type { Column } from '../domain/run/columns';
import type { StepSeriesKey } from '../domain/run/step-series';
import { MAIN_GROUP, mainGroup } from '../domain/schedule/summary';
import type { TrainerEventOf } from './events';
import type { MetaFile, RunFile, StatusFile } from './files';
import type { KeeperEntry } from './keeper-entry';
import type { AppliedLrChange } from './requests';
import type { DrawnMaps, Validation, ValidationEntry } from './validation';

/** One line of a run folder with the file that it came from; the reducer's input. */
export type RunEntry =
  | { readonly source: 'events'; readonly value: import('./events').TrainerEvent }
  | { readonly source: 'keeper'; readonly value: KeeperEntry }
  | { readonly source: 'validation'; readonly value: ValidationEntry }
  | { readonly source: 'status'; readonly value: StatusFile }
  | { readonly source: 'meta'; readonly value: MetaFile };

/** Raw per-step series; row i is one step. Missing values are NaN. */
export type StepColumns = {
  readonly step: Column;
  readonly epoch: Column;
  readonly t: Column;
  /** By parameter group, in the order of `hello.groups`. */
  readonly lr: Map<string, Column>;
  /** `total` and components. */
  readonly loss: Map<string, Column>;
} & Readonly<Record<StepSeriesKey, Column>>;

export type CheckpointState = {
  readonly epoch: number;
  readonly step: number;
  readonly path: string;
  readonly bytes: number;
  readonly t: number;
  readonly state: 'waiting' | 'validating' | 'validated' | 'skipped' | 'failed';
  readonly kept: boolean;
  readonly pinned: boolean;
  /** Skipped because the run was stopped: it waits again once the run is resumed. */
  readonly isLeft?: boolean;
  readonly removedReason?: string;
};

export type GpuEntry = Extract<KeeperEntry, { type: 'gpu' }>;

/** Everything a run's files say, folded in order. Rebuilt from the files alone. */
export type RunState = {
  readonly run: RunFile | undefined;
  readonly meta: MetaFile;
  readonly status: StatusFile | undefined;
  readonly hello: TrainerEventOf<'hello'> | undefined;
  /** The number of the trainer's hellos. */
  readonly attempts: number;
  readonly plan: TrainerEventOf<'plan'> | undefined;
  /** The newest checkpoint when the present attempt began, if that resumed a run. */
  readonly resumedFrom?: number | undefined;
  readonly steps: StepColumns;
  readonly epochs: readonly TrainerEventOf<'epoch'>[];
  readonly checkpoints: ReadonlyMap<number, CheckpointState>;
  /** Latest validation of each epoch, ascending. */
  readonly validations: ReadonlyMap<number, Validation>;
  /** Of each epoch, what compares it with others; it may be of a validation before the latest. */
  readonly drawn: ReadonlyMap<number, DrawnMaps>;
  readonly best: { readonly epoch: number; readonly map: number; readonly path: string } | undefined;
  readonly lrChanges: readonly AppliedLrChange[];
  readonly controls: readonly TrainerEventOf<'control'>[];
  readonly alerts: readonly Extract<KeeperEntry, { type: 'alert' }>[];
  readonly keeper: readonly KeeperEntry[];
  /** What the cards did, in the order of time. */
  readonly gpu: readonly GpuEntry[];
  readonly logs: readonly TrainerEventOf<'log'>[];
  readonly end: TrainerEventOf<'end'> | undefined;
  /** Lines that could not be understood, by file. */
  readonly problems: readonly string[];
};

/** What was applied to the main group, else to the first one; undefined before the first step. */
export function mainRates({ steps }: Pick<RunState, 'steps'>) {
  return steps.lr.get(MAIN_GROUP) ?? steps.lr.values().next().value;
}

/** The same groups, the main one first. */
export function mainFirst(groups: readonly string[]): readonly string[] {
  const main = groups[mainGroup({ groups })];
  return main === undefined ? groups : [main, ...groups.filter((group) => group !== main)];
}
