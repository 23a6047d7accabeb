import { expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { words } from '../../../../src/base/words';
import { alarmCommand } from '../../../../src/cli/output/alarm-command';
import { ALARM_ACTIONS, type AlarmAction } from '../../../../src/domain/run/alarm';
import { alarmButton } from '../../../../src/protocol/alert-text';
import type { ViewInput } from '../../../../src/protocol/dashboard/input';
import { sectionsOf } from '../../../../src/protocol/dashboard/sections';
import { createViewSession } from '../../../../src/protocol/dashboard/session';
import { statusBarOf } from '../../../../src/protocol/dashboard/status-bar';
import type { RunFile } from '../../../../src/run/files';
import type { RunState } from '../../../../src/run/state';
import { plannedOf, syntheticState } from '../../../helpers/synthetic-run';

const t = createTranslate();
const young = { epochs: 10, stepsPerEpoch: 50, steps: 230, warmupEpochs: 2 };
type Alert = RunState['alerts'][number];

const alert = (rule: string, action: AlarmAction, more: Partial<Alert> = {}): Alert => ({
  type: 'alert',
  t: 1_760_000_055_000,
  rule,
  severity: 'warning',
  message: 'training waits for images 71 % of its time; do something',
  said: words('training waits for images {0} % of its time', 71),
  next: words('do something'),
  action,
  numbers: {},
  ...more,
});

function inputOf(alerts: readonly Alert[], more: Partial<ViewInput> = {}): ViewInput {
  const state = { ...syntheticState(young), alerts };
  const now = (state.run?.created ?? 0) + 60_000;
  return { state, planned: plannedOf(young), presence: undefined, now, t, ...more };
}

it('an alarm is a sentence with a button, in the reader’s language', () => {
  const input = inputOf([alert('loader_starving', 'pause', { step: 100 })]);
  expect(sectionsOf(input, 5).sentences).toEqual([
    {
      text: 'training waits for images 71 % of its time; do something',
      tone: 'warning',
      action: { id: 'pause', label: 'Pause' },
      topic: 'alarms',
    },
  ]);
  const other = sectionsOf({ ...input, t: (text) => `<${text}>` }, 5).sentences[0];
  expect(other).toMatchObject({ text: '<{0}; {1}>', action: { label: '<Pause>' } });
});

it('what a run that has ended cannot do is not offered, nor anything of one elsewhere', () => {
  const alerts = [alert('overfitting', 'stop', { epoch: 3 }), alert('map_collapse', 'rewind', { epoch: 3 })];
  const buttons = (presence: ViewInput['presence']) =>
    sectionsOf(inputOf(alerts, { presence }), 5).sentences.map(({ action }) => action?.id);
  expect(buttons(undefined)).toEqual(['stop', 'rewind']);
  expect(buttons({ state: 'completed' })).toEqual([undefined, 'rewind']);
  expect(buttons({ state: 'running', where: 'elsewhere' })).toEqual([undefined, undefined]);
});

const WAITS = 'training waits for images 71 % of its time';
const shown = (input: ViewInput) =>
  sectionsOf(input, 5).sentences.map(({ text, tone }) => `${tone}: ${text}`);

it('an alarm that ended its run takes the place of the line on the end, with its advice', () => {
  const alerts = [alert('loader_starving', 'pause'), alert('spike', 'rewind', { said: words('a spike') })];
  const presence = { state: 'diverged', note: WAITS } as const;
  expect(shown(inputOf(alerts, { presence }))).toEqual([
    `bad: ${WAITS}; do something`,
    'warning: training waits for images 71 % of its time; do something',
    'quiet: rewind: back to the checkpoint of epoch 4: LR x 0.5, 100 steps of warm-up',
  ]);
});

it('an alarm is not hidden by the words of an end that is not shown, nor is the end by an older alarm', () => {
  const alerts = [alert('loader_starving', 'pause')];
  const { state, ...input } = inputOf(alerts, {
    presence: { state: 'lost', note: 'no process of it lives' },
  });
  const ended = { ...state, end: { type: 'end', t: 0, reason: 'stopped', step: 1, message: WAITS } as const };
  expect(shown({ ...input, state: ended })).toEqual([
    'bad: no process of it lives',
    `warning: ${WAITS}; do something`,
    'quiet: a resume goes on in epoch 5 of 10',
  ]);
  const others = ['a', 'b', 'c'].map((text) => alert('spike', 'rewind', { message: text, said: undefined }));
  const over = { state: 'stopped', note: WAITS } as const;
  expect(shown(inputOf([...alerts, ...others], { presence: over }))).toEqual([
    `quiet: ${WAITS}`,
    ...['a', 'b', 'c'].map((text) => `warning: ${text}`),
    'quiet: a resume goes on in epoch 5 of 10',
  ]);
});

it('the status bar shows a warning while an alarm is recent, and says which', () => {
  const recent = statusBarOf(inputOf([alert('throughput_drop', 'check_environment', { step: 100 })]));
  expect(recent.text).toMatch(/^\$\(warning\) 5\/10/);
  expect(recent.tooltip).toContain('training waits for images 71 % of its time');
  const old = alert('throughput_drop', 'check_environment', { t: 1_760_000_000_000 - 3_600_000 });
  const info = alert('plateau', 'stop', { severity: 'info' });
  expect(statusBarOf(inputOf([old, info])).text).toMatch(/^\$\(sync~spin\)/);
});

it('the chart that an alarm is about has a mark at its place', () => {
  const alerts = [
    alert('spike', 'rewind', { step: 60, epoch: 2 }),
    alert('lr_off_plan', 'set_lr', { step: 70, epoch: 2 }),
    alert('loader_starving', 'pause', { step: 80, epoch: 2 }),
    alert('map_collapse', 'rewind', { epoch: 3 }),
    alert('disk_nearly_full', 'open_folder'),
    alert('plateau', 'stop', { epoch: 2, severity: 'info' }),
  ];
  const charts = { loss: { width: 300 }, lr: { width: 300 }, map: { width: 300 }, speed: { width: 300 } };
  const session = createViewSession();
  session.open({ axis: 'step', smoothing: 0.9, charts, rows: 5 });
  const update = session.update(inputOf(alerts));
  const marks = (update?.charts ?? []).flatMap((one) =>
    one.kind === 'replace' ? [[one.chart.id, one.chart.marks.map(({ x }) => x)]] : [],
  );
  expect(Object.fromEntries(marks)).toEqual({ loss: [60], lr: [70], speed: [80], map: [149] });
});

it('every action has a button and a command; a terminal has the command of what can still be done', () => {
  const place = { dir: '/runs/one', run: undefined, isLive: true };
  for (const action of ALARM_ACTIONS) {
    expect(alarmButton(action, t).label).not.toBe('');
    expect(alarmCommand(action, place)).toHaveLength(1);
  }
  expect(alarmCommand('pause', place)).toEqual(['  next: pitwall pause /runs/one']);
  expect(alarmCommand('pause', { ...place, isLive: false })).toEqual([]);
  const quote = process.platform === 'win32' ? '"' : "'";
  expect(alarmCommand('rewind', { ...place, dir: '/my runs/one', isLive: false })).toEqual([
    `  next: pitwall rewind ${quote}/my runs/one${quote}`,
  ]);
  expect(alarmCommand(undefined, place)).toEqual([]);
});

it('a run that is only read is offered nothing that would ask something of its trainer', () => {
  const run = { ...inputOf([]).state.run, follows: { folder: '/train', reads: 'csv' } } as RunFile;
  const place = { dir: '/runs/one', run, isLive: true };
  const offered = ALARM_ACTIONS.filter((action) => alarmCommand(action, place).length > 0);
  expect(offered).toEqual(['check_environment', 'open_folder', 'open_log']);
});
