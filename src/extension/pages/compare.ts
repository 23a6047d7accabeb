import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import * as z from 'zod';
import { parseJson } from '../../base/json';
import type { RunComparison } from '../../protocol/dashboard/run-comparison';
import type { BaseServices } from '../base-services';

const run = promisify(execFile);
const zAnswer = z.object({
  difference: z.object({
    map: z.number(),
    low: z.number(),
    high: z.number(),
    probabilityBetter: z.number(),
  }),
});

/**
 * The second run's best checkpoint against the first's, image by image. A paired bootstrap takes seconds, so it runs as
 * `pitwall compare` in a process of its own; undefined where the two cannot be compared or nothing may be started.
 */
export async function compareBest(
  services: BaseServices,
  a: string,
  b: string,
): Promise<RunComparison | undefined> {
  if (!vscode.workspace.isTrusted) return undefined;
  const { installDir, nodePath } = services.host();
  const args = [path.join(installDir, 'cli.js'), 'compare', a, b, '--json'];
  const env = {
    ...process.env,
    ...(process.versions.electron && !nodePath ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
  };
  try {
    const { stdout } = await run(nodePath ?? process.execPath, args, { env, windowsHide: true });
    const answer = zAnswer.safeParse(parseJson(stdout)).data;
    return answer && { ...answer.difference, difference: answer.difference.map };
  } catch (error) {
    services.log.info(`${a} and ${b} were not compared image by image: ${String(error)}`);
    return undefined;
  }
}
