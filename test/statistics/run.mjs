// The long form of a simulation; writes its table into docs/statistics.md. Usage: node test/statistics/run.mjs NAME [simulations]
import path from 'node:path';
import { runBundled } from '../helpers/run-bundled.mjs';

await runBundled(path.join(import.meta.dirname, 'main.ts'));
