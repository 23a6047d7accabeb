// Writes src/trainers/ultralytics/ARGUMENTS.md, what Pitwall does with each argument of Ultralytics, from the table of
// keys that the parser uses. Usage: node arguments.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importPure } from './schema.mjs';

const target = path.resolve(import.meta.dirname, '../trainers/ultralytics/ARGUMENTS.md');
// Made by make_arguments.py beside it.
const versions = path.resolve(import.meta.dirname, '../../test/fixtures/ultralytics/arguments.json');
const { argumentsTable } = await importPure('src/domain/experiment/argument-fate.ts');
writeFileSync(target, argumentsTable(JSON.parse(readFileSync(versions, 'utf8'))));
