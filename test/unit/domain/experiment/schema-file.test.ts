import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  argumentsTable,
  fateOf,
  type VersionedArguments,
} from '../../../../src/domain/experiment/argument-fate';
import { experimentJsonSchema } from '../../../../src/domain/experiment/json-schema';
import { sweepJsonSchema } from '../../../../src/domain/sweep/json-schema';
import { targetsJsonSchema } from '../../../../src/domain/targets/json-schema';
import { repositoryRoot } from '../../../helpers/shared';

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

it('the schema that is shipped is what the table of keys says: node src/build/schema.mjs writes it', () => {
  expect(read('media/pitwall-experiment.schema.json')).toBe(
    `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`,
  );
});

const versions: VersionedArguments = JSON.parse(read('test/fixtures/ultralytics/arguments.json'));

it('every argument of every supported Ultralytics is a key whose fate is known', () => {
  expect(Object.keys(versions).length).toBeGreaterThan(3);
  for (const [version, known] of Object.entries(versions))
    expect(
      Object.keys(known).filter((key) => fateOf(key) === undefined),
      version,
    ).toEqual([]);
});

it('the schema of sweeps is what their table of keys says', () => {
  expect(read('media/pitwall-sweep.schema.json')).toBe(`${JSON.stringify(sweepJsonSchema(), null, 2)}\n`);
});

it('the schema of targets is what their table of keys says', () => {
  expect(read('media/pitwall-targets.schema.json')).toBe(`${JSON.stringify(targetsJsonSchema(), null, 2)}\n`);
});

it('the table of arguments that is shipped is what the keys say: node src/build/arguments.mjs writes it', () => {
  expect(read('src/trainers/ultralytics/ARGUMENTS.md')).toBe(argumentsTable(versions));
});

it('the manifest gives the schema to other YAML tools', () => {
  const [experiment, sweep, targets] = JSON.parse(read('package.json')).contributes.yamlValidation;
  expect(experiment.fileMatch).toContain('*.train.yaml');
  expect(read(experiment.url)).toContain('"Pitwall experiment"');
  expect(sweep.fileMatch).toContain('*.sweep.yaml');
  expect(read(sweep.url)).toContain('"Pitwall sweep"');
  expect(targets.fileMatch).toContain('.pitwall/targets.yaml');
  expect(read(targets.url)).toContain('"Pitwall targets"');
});
