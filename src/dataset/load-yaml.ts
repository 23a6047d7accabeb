import path from 'node:path';
import { toError } from '../base/async';
import { type Problem, worded } from '../base/problem';
import { lineOf } from '../base/worded-error';
import { type Words, withoutPlace, words } from '../base/words';
import { type DatasetYaml, parseDatasetYaml } from '../domain/dataset/parse';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';

export type LoadedYaml = {
  readonly dataset: DatasetYaml | undefined;
  /** What could be read in spite of errors. */
  readonly draft?: DatasetYaml;
  readonly problems: readonly Problem[];
};

/** Reads and parses a dataset YAML; a missing file is a problem like any other. */
export async function loadDatasetYaml(file: string): Promise<LoadedYaml> {
  const bytes = await bytesOf(file);
  if (!(bytes instanceof Error)) return parseBytes(bytes, file);
  const missing = (bytes as NodeJS.ErrnoException).code === 'ENOENT';
  // The problem begins with the file already.
  const said = missing
    ? words('dataset YAML does not exist')
    : words('dataset YAML cannot be read: {0}', withoutPlace(lineOf(bytes), file));
  return { dataset: undefined, problems: [{ severity: 'error', file: path.resolve(file), ...worded(said) }] };
}

function parseBytes(bytes: Uint8Array, file: string): LoadedYaml {
  const decoded = decodeText(bytes);
  if (decoded.kind === 'text') return parseDatasetYaml(decoded.text, file);
  return {
    dataset: undefined,
    problems: [{ severity: 'error', file, ...worded(notUtf8(decoded.encoding)) }],
  };
}

async function bytesOf(file: string): Promise<Uint8Array | Error> {
  try {
    return await readBytes(file, { most: MOST_BYTES.yaml, links: 'follow' });
  } catch (error) {
    return toError(error);
  }
}

/** The text in a file's bytes, or the encoding that they seem to have if that is not UTF-8. */
type DecodedText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'other'; readonly encoding: string };

const decodes = (encoding: string, bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/**
 * Text is UTF-8, with or without a byte-order mark; read as another encoding, names of classes and files would be
 * garbage.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const wide = wideEncoding(bytes);
  const text = wide === undefined ? decodes('utf-8', bytes) : undefined;
  if (text !== undefined) return { kind: 'text', text };
  return { kind: 'other', encoding: wide ?? guessed(bytes) };
}

function wideEncoding([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'UTF-16 (little endian)';
  return first === 0xfe && second === 0xff ? 'UTF-16 (big endian)' : undefined;
}

/** Kana are in nearly every Japanese text, and in hardly any Chinese one. */
const KANA = /[\u3040-\u30ff]/;
/** Chinese characters in common use, as against those that other encodings happen to spell. */
const HAN = /[\u4e00-\u9fa5]/;

function guessed(bytes: Uint8Array): string {
  if (KANA.test(decodes('shift_jis', bytes) ?? '')) return 'Shift JIS';
  const chinese = decodes('gb18030', bytes);
  if (chinese !== undefined && HAN.test(chinese)) return 'GBK (GB 18030)';
  return 'Latin-1 or Windows-1252';
}

export const notUtf8 = (encoding: string): Words =>
  words('is not UTF-8: it seems to be {0}; save it as UTF-8', encoding);
