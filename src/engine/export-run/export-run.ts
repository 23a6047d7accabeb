import path from 'node:path';
import { isBadInput } from '../../base/bad-input';
import { encodeFileVersion, encodeScalar } from '../../domain/foreign/tfevents';
import { epochsCsv, scalarPoints, stepsCsv } from '../../protocol/export-run';
import { writeWhole } from '../../run/folder/write-file';
import type { RunState } from '../../run/state';
import { knownTime } from '../../run/times';

/** Writes an event file that TensorBoard opens into `folder`; returns its path. */
export async function exportTensorBoard(state: RunState, { folder, root }: ExportPlace): Promise<string> {
  const created = Math.round((knownTime(state.run?.created ?? 0) ?? 0) / 1000);
  const file = path.join(folder, `events.out.tfevents.${created}.pitwall`);
  await write(file, tensorBoardRecords(state, created), root);
  return file;
}

function* tensorBoardRecords(state: RunState, created: number): Generator<Uint8Array> {
  yield encodeFileVersion(created);
  for (const point of scalarPoints(state)) yield encodeScalar(point);
}

/** Writes steps.csv and epochs.csv into `folder`; returns their paths. */
export async function exportCsv(state: RunState, { folder, root }: ExportPlace): Promise<readonly string[]> {
  const files = { 'steps.csv': stepsCsv(state), 'epochs.csv': epochsCsv(state) };
  const paths: string[] = [];
  for (const [name, lines] of Object.entries(files)) {
    const file = path.join(folder, name);
    await write(file, lines, root);
    paths.push(file);
  }
  return paths;
}

/** Folder to write to, and the folder above it that a person named or works in: nothing between the two may be a link. */
export type ExportPlace = { readonly folder: string; readonly root: string };

async function write(file: string, chunks: Iterable<string | Uint8Array>, root: string): Promise<void> {
  try {
    await writeWhole(file, inPieces(chunks), { root });
  } catch (error) {
    if (isBadInput(error)) throw error;
    throw new Error(`cannot write ${file}`, { cause: error });
  }
}

const PIECE_BYTES = 256 * 1024;

/** Lines and records are short: many of them are written at once. */
function* inPieces(chunks: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    const next = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    waiting.push(next);
    bytes += next.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  yield Buffer.concat(waiting);
}
