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
let fallen = 0;
for (const { name, inputs } of GROUPS.filter(({ name }) => wanted?.includes(name.split(' ')[0]) ?? true)) {
  console.log(name);
  for (const [input, attempt] of Object.entries(inputs)) {
    const world = await makeWorld(tree);
    try {
      const how = await attempt(world);
      fallen += how === undefined ? 0 : 1;
      console.log(
        `  ${how === undefined ? 'held ' : 'FELL '} ${input}${how === undefined ? '' : `: ${how}`}`,
      );
    } catch (error) {
      fallen++;
      console.log(`  ERROR ${input}: ${error.stack}`);
    } finally {
      world.remove();
    }
  }
}
console.log(`${fallen} fell`);
process.exit(fallen === 0 ? 0 : 1);
