import { expect, it } from 'vitest';
import { isTargetsFile, isTrainingConfig } from '../../../../src/extension/editor/experiment-files';

const ARGS = 'task: detect\nlr0: 0.01\nlrf: 0.01\nwarmup_epochs: 3.0\n';
const check = (fileName: string, text: string, expected: boolean): void =>
  expect(isTrainingConfig({ fileName, uri: { scheme: 'file' } as never, getText: () => text })).toBe(
    expected,
  );

it('an experiment is helped with while it is still empty', () => {
  check('/a/pcb.train.yaml', '', true);
  check('/a/pcb.yaml', ARGS, false);
});

it('a file of Ultralytics arguments is distinguished from the cfg.yaml of another program', () => {
  check('/runs/args.yaml', ARGS, true);
  check('/a/hyp.scratch.yaml', ARGS, true);
  check('/a/cfg.yaml', 'batch: 16\nepochs: 5\nname: x\n', false);
  check('/a/default.yaml', 'model:\n  lr0: 1\n  imgsz: 5\nlr0: 2\n', false);
});

it('targets are those of a project and the user’s own, and no other file of that name', () => {
  const isTargets = (fileName: string) => isTargetsFile({ fileName, uri: { scheme: 'file' } as never });
  expect(isTargets('/a/.pitwall/targets.yaml')).toBe(true);
  expect(isTargets('/home/me/.local/state/pitwall/targets.yaml')).toBe(true);
  const windows = ['C:', 'Users', 'me', 'AppData', 'Local', 'pitwall', 'targets.yaml'];
  expect(isTargets(windows.join('\\'))).toBe(true);
  expect(isTargets('/work/pitwall/targets.yaml')).toBe(false);
  expect(isTargets('/a/targets.yaml')).toBe(false);
});
