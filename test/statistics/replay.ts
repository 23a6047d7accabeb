import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Alarm } from '../../src/domain/run/alarm';
import type { Room } from '../../src/domain/run/monitors/rule';
import { createNotBegunAlarm } from '../../src/domain/run/plateau';
import { judgeRun } from '../../src/keeper/judge-early-stop';
import { dueAfter, RunWatch, waitedSince } from '../../src/keeper/run-watch';
import { RunDraft } from '../../src/run/draft';
import { zTrainerEvent } from '../../src/run/events';
import { zRunFile } from '../../src/run/files';
import { createRunState, foldEntry } from '../../src/run/reduce';
import type { RunState } from '../../src/run/state';
import { zValidationEntry } from '../../src/run/validation';

type Sample = { readonly t: number; readonly disk: Room; readonly memory: Room };
type Line =
  | { readonly source: 'events' | 'validation'; readonly value: { readonly t: number } }
  | { readonly source: 'machine'; readonly value: Sample };

/** A run of the corpus: what the monitors read of it, and which of them may raise an alarm from which step on. */
export type RecordedRun = {
  readonly name: string;
  readonly sick: readonly string[];
  readonly from: number;
  readonly run: unknown;
  readonly lines: readonly Line[];
};

/** An alarm with the step that the run had made by then. */
export type Raised = { readonly rule: string; readonly step: number; readonly alarm: Alarm };

/** Bundled, this file is elsewhere. */
export const REPOSITORY = process.env.PITWALL_REPOSITORY ?? path.resolve(import.meta.dirname, '../..');
const CORPUS = path.join(REPOSITORY, 'test/fixtures/alarm-runs');

export function readCorpus(): RecordedRun[] {
  return readdirSync(CORPUS)
    .filter((file) => file.endsWith('.gz'))
    .sort()
    .map((file) => parseRun(gunzipSync(readFileSync(path.join(CORPUS, file))).toString()));
}

function parseRun(text: string): RecordedRun {
  const [header, ...lines] = text.split('\n').filter(Boolean);
  return { ...JSON.parse(header), lines: lines.map((line) => JSON.parse(line)) };
}

/** The alarms of a recorded run, as the keeper would raise them; what is only information is left out. */
export function replay({ run: file, lines }: RecordedRun): Raised[] {
  const run = zRunFile.parse(file);
  const draft = new RunDraft(createRunState(run));
  const watch = new RunWatch(() => draft.view);
  const { every } = run.experiment.resolved.validation;
  const notBegun = createNotBegunAlarm();
  const raised: Raised[] = [];
  let [step, epoch] = [0, 1];
  const note = (alarms: readonly (Alarm | undefined)[]): void => {
    const told = alarms.filter((alarm) => alarm !== undefined).filter(({ severity }) => severity !== 'info');
    raised.push(...told.map((alarm) => ({ rule: alarm.rule, step, alarm })));
  };
  const validated = lines.filter(({ source, value }) => source === 'validation' && 'epoch' in value);
  const behind = (now: number): Alarm[] => {
    const at = atWork(validated.map(epochAt), now, draft.view);
    const due = dueAfter(draft.view, at, every);
    return watch.queue({ behind: due.length, epoch: Math.max(1, at), waitedMs: waitedSince(due, now) });
  };
  const onEvent = (line: Line): void => {
    const value = zTrainerEvent.parse(line.value);
    if (value.type === 'step') [step, epoch] = [value.step, value.epoch];
    else foldEntry(draft, { source: 'events', value });
    note(watch.event(value));
    if (value.type === 'checkpoint') note(behind(value.t));
  };
  const onValidation = (line: Line): void => {
    foldEntry(draft, { source: 'validation', value: zValidationEntry.parse(line.value) });
    note(watch.validated());
    note([notBegun(judgeRun(draft.view, run.experiment.resolved.early_stop).notBegun, epoch)]);
  };
  for (const line of lines) {
    if (line.source === 'events') onEvent(line);
    else if (line.source === 'validation') onValidation(line);
    else note(watch.machine(line.value as Sample));
  }
  return raised;
}

type EpochAt = { readonly epoch: number; readonly t: number };
const epochAt = ({ value }: Line): EpochAt => ({
  epoch: 'epoch' in value ? Number(value.epoch) : 0,
  t: value.t,
});

/** The checkpoint that is being validated: the one whose result comes next, if it was there already; else the last one. */
function atWork(validated: readonly EpochAt[], now: number, { checkpoints }: RunState): number {
  const next = validated.find(({ t }) => t > now);
  if (next && checkpoints.has(next.epoch)) return next.epoch;
  return Math.max(0, ...validated.filter(({ t }) => t <= now).map(({ epoch }) => epoch));
}
