// What the product's own alarms say of simulated runs with known troubles and of recorded ones: hits, misses, delay and false
// alarms, into docs/alarms.md. Usage: node test/statistics/alarms.mjs [seeds]
import path from 'node:path';
import { runBundled } from '../helpers/run-bundled.mjs';

await runBundled(path.join(import.meta.dirname, 'alarms-main.ts'));
