import protobuf from 'protobufjs';
import protoText from '../../src/onnx/onnx.proto';

type Message = { metadataProps?: { key: string; value: string }[] };

/** The metadata properties of an ONNX file. */
export function readMetadata(model: Uint8Array): Map<string, string> {
  const type = protobuf.parse(protoText).root.lookupType('onnx.ModelProto');
  const { metadataProps = [] } = type.toObject(type.decode(model)) as Message;
  return new Map(metadataProps.map(({ key, value }) => [key, value]));
}
