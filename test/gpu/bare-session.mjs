// The session alone, in a process of its own: one batch of random numbers, run again and again. Prints images per second.
// Usage: node bare-session.mjs onnxruntime-node MODEL '{"device","type","dims","images"}'
import { createRequire } from 'node:module';
import { bareSessionOptions } from '../helpers/bare-session-options.mjs';

const [home, model, spec] = process.argv.slice(2);
const { device, type, dims, images } = JSON.parse(spec);
const { InferenceSession, Tensor } = createRequire(import.meta.url)(home);
const session = await InferenceSession.create(
  model,
  bareSessionOptions(device === 'cpu' ? ['cpu'] : [device, 'cpu']),
);
const elements = dims.reduce((a, b) => a * b, 1);
const data =
  type === 'float16' ? new Uint16Array(elements) : Float32Array.from({ length: elements }, Math.random);
const Half = globalThis.Float16Array;
const tensor = new Tensor(type, type === 'float16' && Half ? new Half(data.buffer) : data, dims);
const feeds = { [session.inputNames[0]]: tensor };
const run = () => session.run(feeds, [session.outputNames[0]]);
await run();
const start = performance.now();
let done = 0;
for (; done < images; done += dims[0]) await run();
console.log((1000 * done) / (performance.now() - start));
