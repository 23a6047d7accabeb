import { toError } from '../base/async';
import { BadInputError, isBadInput } from '../base/bad-input';
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
  if (!fields) throw new BadInputError(`${file}: is not an ONNX model`);
  return { file, bytes, metadata: parseMetadata(propertiesOf(fields)) };
}

async function readModel(file: string): Promise<Uint8Array> {
  try {
    return await readBytes(file, { most: MOST_BYTES.model, links: 'follow' });
  } catch (error) {
    if (isBadInput(error)) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing ? 'model does not exist' : `model cannot be read: ${toError(error).message}`;
    throw new BadInputError(`${file}: ${message}`, { cause: error });
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
