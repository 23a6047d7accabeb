import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeFileVersion, encodeScalar } from '../../domain/foreign/tfevents';
import { epochsCsv, scalarPoints, stepsCsv } from '../../protocol/export-run';
import { makeFolder } from '../../run/folder/make-folder';
import type { RunState } from '../../run/state';

/** Writes an event file that TensorBoard opens into `folder`; returns its path. */
export async function exportTensorBoard(state: RunState, folder: string): Promise<string> {
  const created = Math.round((state.run?.created ?? 0) / 1000);
  const file = path.join(folder, `events.out.tfevents.${created}.pitwall`);
  await write(file, tensorBoardRecords(state, created));
  return file;
}

function* tensorBoardRecords(state: RunState, created: number): Generator<Uint8Array> {
  yield encodeFileVersion(created);
  for (const point of scalarPoints(state)) yield encodeScalar(point);
}

/** Writes steps.csv and epochs.csv into `folder`; returns their paths. */
export async function exportCsv(state: RunState, folder: string): Promise<readonly string[]> {
  const files = { 'steps.csv': stepsCsv(state), 'epochs.csv': epochsCsv(state) };
  const paths: string[] = [];
  for (const [name, lines] of Object.entries(files)) {
    const file = path.join(folder, name);
    await write(file, lines);
    paths.push(file);
  }
  return paths;
}

async function write(file: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  await makeFolder(path.dirname(file));
  try {
    await pipeline(Readable.from(chunks, { objectMode: true }), createWriteStream(file));
  } catch (error) {
    throw new Error(`cannot write ${file}`, { cause: error });
  }
}
