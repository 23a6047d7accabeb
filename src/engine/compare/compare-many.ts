import path from 'node:path';
import { toError } from '../../base/async';
import {
  type AgainstBaseline,
  type BestOfMany,
  bestOfMany,
  compareWithBaseline,
} from '../../domain/compare/many';
import { bestOwn, ownMetricsOf } from '../../run/own-metrics';
import { type DifferingSetting, differingSettings, settingsOf } from '../../run/settings-of';
import type { RunState } from '../../run/state';
import { environmentOf } from './environment';
import { loadRunDetections, type RunDetections, readState } from './run-detections';

/** A run to compare: its folder, the checkpoint (the best without one), and how the user named it. */
export type Asked = { readonly text: string; readonly dir: string; readonly epoch: number | undefined };

/** Metrics of a checkpoint as they were reported; `own`: by the trainer's own validation. */
export type Reported = {
  readonly epoch: number;
  readonly map: number;
  readonly map50: number;
  readonly precision: number;
  readonly recall: number;
  readonly own: boolean;
};

export type OneOfMany = {
  readonly name: string;
  readonly dir: string;
  readonly state: RunState;
  readonly reported: Reported | undefined;
  readonly fingerprint: string | undefined;
  readonly against:
    | AgainstBaseline
    | { readonly kind: 'baseline' }
    | { readonly kind: 'absent'; readonly why: string };
};

/** What is not the same in all of several runs. */
export type Differences = {
  readonly settings: readonly DifferingSetting[];
  readonly environment: readonly DifferingSetting[];
};

export type ManyCompared = Differences & {
  readonly runs: readonly OneOfMany[];
  /** Index of the run that the others are compared with. */
  readonly baseline: number;
  readonly best: BestOfMany | undefined;
};

/** The same with all that its files tell, so that they are read once. */
export type Opened = Asked & { readonly state: RunState };

type Loaded = Opened & { readonly found: RunDetections | Error };

/** Several runs beside each other: reports, differences to one of them, and what distinguishes how they were made. */
export async function compareMany(asked: readonly Asked[], baseline: number): Promise<ManyCompared> {
  const loaded: Loaded[] = [];
  for (const one of asked) {
    const opened = await openAsked(one);
    loaded.push({ ...opened, found: await detectionsOf(opened).catch(toError) });
  }
  const against = judgeAll(loaded, baseline);
  return {
    runs: loaded.map((one, i) => describe(one, against[i])),
    baseline,
    best: bestOf(loaded),
    ...differencesBetween(loaded),
  };
}

export function differencesBetween(loaded: readonly Pick<Loaded, 'state' | 'found'>[]): Differences {
  return {
    settings: differingSettings(loaded.map(({ state }) => settingsOf(state))),
    environment: differingSettings(loaded.map(environmentOf)),
  };
}

export async function openAsked(asked: Asked): Promise<Opened> {
  return { ...asked, state: await readState(asked.dir) };
}

export const detectionsOf = ({ text, dir, epoch, state }: Opened): Promise<RunDetections> =>
  loadRunDetections(text, dir, epoch, state);

function judgeAll(loaded: readonly Loaded[], baseline: number): OneOfMany['against'][] {
  const base = loaded[baseline].found;
  const judged = loaded.flatMap(({ found }, i) =>
    i === baseline || found instanceof Error ? [] : [{ i, found }],
  );
  const results =
    base instanceof Error
      ? []
      : compareWithBaseline(
          base.file,
          judged.map(({ found }) => found.file),
        );
  const byRun = new Map(judged.map(({ i }, k) => [i, results[k]]));
  return loaded.map(({ found }, i) => {
    if (i === baseline) return { kind: 'baseline' };
    return byRun.get(i) ?? { kind: 'absent', why: whyAbsent(found, base) };
  });
}

/** By the epochs that have an end; undefined if none has. */
export function trainingSeconds({ epochs }: RunState): number | undefined {
  const known = epochs.map(({ seconds }) => seconds).filter(Number.isFinite);
  return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0);
}

const whyAbsent = (...found: readonly (RunDetections | Error)[]): string =>
  found.find((one) => one instanceof Error)?.message ?? '';

/** Only if all have detections: the best of some may not be the best. */
function bestOf(loaded: readonly Loaded[]): BestOfMany | undefined {
  const files = loaded.flatMap(({ found }) => (found instanceof Error ? [] : [found.file]));
  return files.length === loaded.length ? bestOfMany(files) : undefined;
}

function describe({ dir, epoch, state, found }: Loaded, against: OneOfMany['against']): OneOfMany {
  const name = state.meta.title ?? path.basename(dir);
  const fingerprint = found instanceof Error ? undefined : found.file.header.fingerprint;
  const at = found instanceof Error ? epoch : found.epoch;
  return { name, dir, state, reported: reportedOf(state, at), fingerprint, against };
}

/** Of that epoch, else of the best; what only its own trainer validated has the trainer's numbers. */
export function reportedOf(state: RunState, asked: number | undefined): Reported | undefined {
  const validated = state.validations.get(asked ?? state.best?.epoch ?? 0);
  const own = ownMetricsOf(state);
  const ownFound = asked === undefined ? bestOwn(own) : own.find(({ epoch }) => epoch === asked);
  const found = validated ?? ownFound;
  if (!found) return undefined;
  const { epoch, map, map50, precision, recall } = found;
  return { epoch, map, map50, precision, recall, own: validated === undefined };
}
