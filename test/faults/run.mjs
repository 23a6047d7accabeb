// Real short trainings, each with one fault at a random moment; a seed gives the same fault again (test/faults/plan.ts).
// Usage: node test/faults/run.mjs [--count N] [--seed FIRST] [--freeze ci|full] [--table FILE]. Linux, with a C compiler.
import path from 'node:path';
import { runBundled } from '../helpers/run-bundled.mjs';

await runBundled(path.join(import.meta.dirname, 'main.ts'));
