import path from 'node:path';

/**
 * What a Python program of ours is started with. `packageDir` holds the package pitwall_ultralytics. Ultralytics' exporter
 * and checks may install packages and fetch files: neither happens here unless the user asked for a download by name.
 */
export function pythonEnvironment(packageDir: string): Readonly<Record<string, string>> {
  const inherited = process.env.PYTHONPATH;
  return {
    PYTHONPATH: inherited ? `${packageDir}${path.delimiter}${inherited}` : packageDir,
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    YOLO_AUTOINSTALL: 'false',
    YOLO_OFFLINE: process.env.YOLO_OFFLINE ?? 'true',
  };
}
