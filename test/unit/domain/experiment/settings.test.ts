import { describe, expect, it } from 'vitest';
import { defaultOf, KEYS, keySpec } from '../../../../src/domain/experiment/key-table';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { TRAINER_KINDS } from '../../../../src/domain/experiment/trainers';
import {
  AUGMENT,
  CHECKPOINTS,
  COMMAND,
  EARLY_STOP,
  FORMED,
  LOSS,
  PLAIN,
  REWIND,
  SCHEDULE,
  type SettingsShape,
  VALIDATION,
} from '../../../../src/domain/experiment/types';
import { zExperiment } from '../../../../src/run/files';

const BLOCKS: readonly (readonly [prefix: string, shape: SettingsShape])[] = [
  ['', { ...PLAIN, ...FORMED, ...SCHEDULE, ...AUGMENT, ...LOSS }],
  ['validation.', VALIDATION],
  ['early_stop.', EARLY_STOP],
  ['checkpoints.', CHECKPOINTS],
  ['rewind_', REWIND],
  ['command.', COMMAND],
];
const settings = BLOCKS.flatMap(([prefix, shape]) =>
  Object.entries(shape).map(([name, check]) => ({ key: `${prefix}${name}`, check })),
);

/** What a range test sets; no key of the file. */
const NOT_KEYS = ['lr_range'];
/** Ultralytics' keys that are the default of one of ours. */
const ALIASES = ['patience', 'val', 'half', 'save_period'];
/** Keys that are passed on to Ultralytics. */
const NO_SETTING = KEYS.filter(
  ({ origin, trainers }) => origin === 'ultralytics' && !trainers.includes('builtin'),
);

describe('settings and the table of keys', () => {
  it('have a key for each setting', () => {
    expect(settings.filter(({ key }) => !keySpec(key)).map(({ key }) => key)).toEqual(NOT_KEYS);
  });

  it('have a setting for each key but the aliases and those that are passed on', () => {
    const held = new Set([...settings, ...NO_SETTING].map(({ key }) => key));
    expect(KEYS.map(({ key }) => key).filter((key) => !held.has(key))).toEqual(ALIASES);
  });

  it('agree on what a default may be', () => {
    const wrong = settings.flatMap(({ key, check }) =>
      TRAINER_KINDS.flatMap((trainer) => {
        const spec = keySpec(key);
        const value = spec && defaultOf(spec, trainer);
        return value === undefined || value === null || check.safeParse(value).success ? [] : [key];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('agree on what may be chosen', () => {
    const wrong = settings.flatMap(({ key, check }) =>
      (keySpec(key)?.choices ?? [])
        .filter((choice) => !check.safeParse(choice).success)
        .map((choice) => [key, choice]),
    );
    expect(wrong).toEqual([]);
  });

  it('make an experiment that run.json holds, of every trainer', () => {
    for (const trainer of TRAINER_KINDS) {
      const text = `trainer: ${trainer}\ndata: d.yaml\n`;
      const { draft } = parseExperiment(text, { file: 'a.train.yaml' });
      expect(zExperiment.safeParse(draft).error?.issues ?? []).toEqual([]);
    }
  });
});
