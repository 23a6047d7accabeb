import type { TrainerEventOf } from '../../run/events';
import { openToRead } from '../../run/folder/read-file';
import { parseEventLine } from '../../run/parse-entry';

const TAIL_BYTES = 64 * 1024;

/** The `end` event that closes an event file, read from the file's tail alone; undefined if the last attempt has none. */
export async function readEnd(file: string): Promise<TrainerEventOf<'end'> | undefined> {
  const text = await readTail(file, TAIL_BYTES).catch(() => '');
  const events = text.split('\n').map((line) => parseEventLine(line).value);
  const end = events.findLastIndex((event) => event?.type === 'end');
  const hello = events.findLastIndex((event) => event?.type === 'hello');
  const last = events[end];
  return end > hello && last?.type === 'end' ? last : undefined;
}

/** The last bytes of a text file. */
export async function readTail(file: string, bytes: number): Promise<string> {
  const handle = await openToRead(file);
  try {
    const { size } = await handle.stat();
    const length = Math.min(bytes, size);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}
