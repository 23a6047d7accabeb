// Writes src/trainers/ultralytics/ARGUMENTS.md, what Pitwall does with each argument of Ultralytics, from the table of
// keys that the parser uses. Usage: node arguments.mjs
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { importPure } from './schema.mjs';

const target = path.resolve(import.meta.dirname, '../trainers/ultralytics/ARGUMENTS.md');
const { argumentsTable } = await importPure('src/domain/experiment/argument-fate.ts');
writeFileSync(target, argumentsTable());
