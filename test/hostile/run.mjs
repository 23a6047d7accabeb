// What each group of hostile input does to a person who looks: to this checkout, or to another one that is built.
// Usage: node test/hostile/run.mjs [--tree DIR] [--groups N,N...]
import path from 'node:path';
import { GROUPS } from './groups.mjs';
import { makeWorld } from './world.mjs';

const option = (name) => {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
};

const tree = path.resolve(option('--tree') ?? path.join(import.meta.dirname, '../..'));
const wanted = option('--groups')?.split(',');
const isWanted = (name) => wanted?.includes(name.split(' ')[0]) ?? true;
let fallen = 0;

async function attempt(input, how, world) {
  const seen = await how(world).catch((error) => `the attempt failed: ${error.stack}`);
  fallen += seen === undefined ? 0 : 1;
  console.log(`  ${seen === undefined ? 'held ' : 'FELL '} ${input}${seen === undefined ? '' : `: ${seen}`}`);
}

for (const { name, inputs, isHarmless } of GROUPS.filter((group) => isWanted(group.name))) {
  console.log(name);
  let world = await makeWorld(tree);
  for (const [input, how] of Object.entries(inputs)) {
    await attempt(input, how, world);
    if (isHarmless) continue;
    // What one attempt has done is not blamed on the next.
    world.remove();
    world = await makeWorld(tree);
  }
  world.remove();
}
console.log(`${fallen} fell`);
process.exit(fallen === 0 ? 0 : 1);
