import spawn from 'cross-spawn';

// windowless.js RUN_DIR PROGRAM ARG...: Windows only. A run's processes are detached, so that they outlive what has
// started them, and a detached process has no console: each console program that it starts (a data loader's worker, git,
// nvidia-smi) would open a window of its own, and closing that would end the worker. So the program gets a hidden console,
// which its children share (cpython#85785). It ends with this process; a .cmd runs too (CVE-2024-27980: not without a
// shell). RUN_DIR says on the command line whose process this is.

/** What cmd.exe answers if there is no such program. */
const NOT_FOUND = 9009;

const [, , , program, ...args] = process.argv;
const child = spawn(program, args, { stdio: 'inherit', windowsHide: true });
child.once('error', (error) => {
  console.error(`cannot start ${program}: ${error.message}`);
  process.exitCode = NOT_FOUND;
});
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
