import path from 'node:path';

/**
 * The environment of our Python programs. `packageDir` holds the package pitwall_ultralytics. Ultralytics' exporter and
 * checks may install packages and download files: neither happens here unless the user named a download.
 */
export function pythonEnvironment(packageDir: string): Readonly<Record<string, string>> {
  // A relative or empty entry would mean whatever the working folder is.
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
