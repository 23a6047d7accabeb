// Checks of the labs that run Pitwall for another system (Windows, ARM): a sentence and an assertion each.
import { writeFileSync } from 'node:fs';
import { setInterval as every } from 'node:timers/promises';

const LOOK_MS = 250;

/** Waits for a state; throws if it does not come. */
export async function until(what, holds, seconds = 900) {
  const from = Date.now();
  for await (const _ of every(LOOK_MS)) {
    if (await holds()) return;
    if (Date.now() - from > seconds * 1000) break;
  }
  throw new Error(`in ${seconds} s not: ${what}`);
}

export function includes(text, part) {
  const found = part instanceof RegExp ? part.test(text) : text.includes(part);
  if (!found) throw new Error(`${part} is not in: ${text}`);
}

export function equal(actual, expected) {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one === undefined || one !== other) throw new Error(`${one} is not ${other}`);
}

/** Each is an assertion with a sentence; one that fails does not end the others. */
export class Checks {
  passed = 0;
  failures = [];

  async ok(name, check) {
    const from = Date.now();
    let failure;
    try {
      await check();
    } catch (error) {
      failure = error.stack ?? String(error);
    }
    const seconds = ((Date.now() - from) / 1000).toFixed(0);
    console.log(`${failure ? 'FAIL' : 'PASS'} ${name} (${seconds} s)`);
    if (failure) console.log(failure.replace(/^/gm, '     '));
    if (failure) this.failures.push({ name, failure });
    else this.passed++;
  }
}

/** The closing lines and the report. @returns {number} the exit code */
export function conclude(title, { passed, failures }, report) {
  writeFileSync(report, JSON.stringify({ passed, failures }, null, 1));
  console.log(`\n${title}: ${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}
