/**
 * The machine or device that a path leads to on Windows, in lower case: `\\machine\share`, also with slashes or behind `\\?\UNC\`;
 * `\\.\pipe\x` is of `pipe`. Whatever opens such a path sends that machine the user's name and a proof of the password.
 */
export function serverOf(file: string): string | undefined {
  const [, name] = /^[\\/]{2}(?:[?.][\\/]+(?:unc[\\/]+)?)?([^\\/]*)/i.exec(file) ?? [];
  return name === undefined || /^[a-z]:$/i.test(name) ? undefined : name.toLowerCase();
}

/** Whether a file that another one names is on a machine of its own; never if paths of the system name none. */
export function leadsElsewhere(file: string, near: string, platform: string): boolean {
  const server = platform === 'win32' ? serverOf(file) : undefined;
  return server !== undefined && server !== serverOf(near);
}
