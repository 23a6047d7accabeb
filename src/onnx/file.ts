import { BadInputError, isBadInput } from '../base/bad-input';
import { wordsOf } from '../base/worded-error';
import { words } from '../base/words';
import { type ModelMetadata, parseMetadata } from '../domain/detection/metadata';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';
import { fieldsOf, readFields, textOf, type WireField } from './wire';

/** Field numbers of ModelProto (onnx.proto3). */
const MODEL = { irVersion: 1, graph: 7, opsets: 8, metadata: 14 } as const;

export type OnnxFile = {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly metadata: ModelMetadata;
};

/** Reads an ONNX file with its metadata. Throws one line if it does not exist or is something else. */
export async function readOnnxFile(file: string): Promise<OnnxFile> {
  const bytes = await readModel(file);
  const fields = modelFields(bytes);
  if (!fields) throw new BadInputError(words('{0}: is not an ONNX model', file));
  return { file, bytes, metadata: parseMetadata(propertiesOf(fields)) };
}

async function readModel(file: string): Promise<Uint8Array> {
  try {
    return await readBytes(file, { most: MOST_BYTES.model, links: 'follow' });
  } catch (error) {
    if (isBadInput(error)) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const said = missing
      ? words('{0}: model does not exist', file)
      : words('{0}: model cannot be read: {1}', file, wordsOf(error));
    throw new BadInputError(said, { cause: error });
  }
}

/** onnxruntime does not give metadata to JavaScript, so it is read from the file. */
function modelFields(bytes: Uint8Array): readonly WireField[] | undefined {
  try {
    const fields = readFields(bytes);
    const has = (number: number): boolean => fieldsOf(fields, number).length > 0;
    return has(MODEL.irVersion) && has(MODEL.graph) && has(MODEL.opsets) ? fields : undefined;
  } catch {
    return undefined;
  }
}

function propertiesOf(fields: readonly WireField[]): Map<string, string> {
  return new Map(
    fieldsOf(fields, MODEL.metadata).map(({ bytes }) => {
      const entry = readFields(bytes);
      return [textOf(entry, 1), textOf(entry, 2)];
    }),
  );
}
