// Pitwall on Windows, through Wine: `npm run test:windows`. Usage: node test/windows/run.mjs [PART...]
// Parts: smoke, which life, tools and same (as Linux) need; programs; unit. All of them by default. What cannot be made here
// is skipped aloud. Ends with one line that sums up, and test/artifacts/windows/report.json.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Checks, conclude } from '../helpers/checks.mjs';
import { life } from './checks/life.mjs';
import { programs } from './checks/programs.mjs';
import { sameAsLinux } from './checks/same-as-linux.mjs';
import { smoke } from './checks/smoke.mjs';
import { tools } from './checks/tools.mjs';
import { unit } from './checks/unit.mjs';
import { artifacts } from './lab.mjs';
import { endWindows, installPitwall, provision, whyNot } from './provision.mjs';

const PARTS = { smoke, life, tools, programs, same: sameAsLinux, unit };

async function main(asked) {
  const why = whyNot();
  if (why !== undefined) {
    console.log(`SKIPPED: Windows through Wine: ${why}`);
    return 0;
  }
  rmSync(artifacts, { recursive: true, force: true });
  mkdirSync(artifacts, { recursive: true });
  provision();
  installPitwall();
  const checks = new Checks();
  try {
    for (const name of asked) await PARTS[name](checks);
  } finally {
    endWindows();
  }
  return conclude('Windows through Wine', checks, path.join(artifacts, 'report.json'));
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
if (unknown) throw new Error(`no part ${unknown} (known: ${Object.keys(PARTS).join(', ')})`);
process.exit(await main(asked.length === 0 ? Object.keys(PARTS) : asked));
