import * as z from 'zod';

// Lines on the exporter's stdout (src/trainers/ultralytics/pitwall_ultralytics/exporter.py).
export const zExportAnswer = z.union([
  z.object({ ready: z.literal(true), ultralytics: z.string(), torch: z.string() }),
  z.object({ id: z.number().int(), onnx: z.string(), seconds: z.number() }),
  z.object({ id: z.number().int(), error: z.string() }),
]);
