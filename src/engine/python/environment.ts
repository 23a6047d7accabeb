import path from 'node:path';

/**
 * What a Python program of ours is started with. `packageDir` holds the package pitwall_ultralytics. Ultralytics' exporter
 * and checks may install packages and fetch files: neither happens here unless the user asked for a download by name.
 */
export function pythonEnvironment(packageDir: string): Readonly<Record<string, string>> {
  // A relative or empty entry would mean whatever folder the program stands in.
  const inherited = (process.env.PYTHONPATH ?? '').split(path.delimiter).filter((p) => path.isAbsolute(p));
  return {
    PYTHONPATH: [packageDir, ...inherited].join(path.delimiter),
    PYTHONSAFEPATH: '1',
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    YOLO_AUTOINSTALL: 'false',
    YOLO_OFFLINE: process.env.YOLO_OFFLINE ?? 'true',
  };
}
