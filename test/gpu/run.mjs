// What a GPU must show, in one command: `npm run test:gpu`. Without a GPU every step that can run does, with the CPU in CUDA's
// place, so that the script itself is known to work. Usage: node test/gpu/run.mjs [--steps a,b] [--judge measured.json]
import path from 'node:path';
import { runBundled } from '../helpers/run-bundled.mjs';

await runBundled(path.join(import.meta.dirname, 'main.ts'));
