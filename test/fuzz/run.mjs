// Mutated inputs for every reader of foreign bytes (test/fuzz/readers.ts): no crash, nothing over a second, refusals of one line.
// Usage: node test/fuzz/run.mjs [--count N] [--seed S] [--reader PART-OF-A-NAME] [--table FILE]
import path from 'node:path';
import { runBundled } from '../helpers/run-bundled.mjs';

await runBundled(path.join(import.meta.dirname, 'main.ts'));
