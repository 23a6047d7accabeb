import { doctorCommand } from '../commands/doctor';
import { gpuRuntimeCommand } from '../commands/gpu-runtime';
import { setupPythonCommand } from '../commands/setup-python';

export const MACHINE = {
  doctor: doctorCommand,
  'setup-python': setupPythonCommand,
  'gpu-runtime': gpuRuntimeCommand,
};
