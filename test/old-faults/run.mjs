// What docs/nothing-false.md lists, driven through the command line of two versions: the one that had the faults must show
// them, this one must not. By hand, some minutes.
// Usage: node test/old-faults/run.mjs --old CLI_JS_OF_9508BAB [--new CLI_JS] [--only REGEXP] [--table FILE]
import path from 'node:path';
import { runBundled } from '../helpers/run-bundled.mjs';

await runBundled(path.join(import.meta.dirname, 'main.ts'));
