import { completionCommand } from '../commands/completion';
import { doctorCommand } from '../commands/doctor';
import { gpuRuntimeCommand } from '../commands/gpu-runtime';
import { notifyCommand } from '../commands/notify';
import { setupPythonCommand } from '../commands/setup-python';

export const MACHINE = {
  notify: notifyCommand,
  doctor: doctorCommand,
  completion: completionCommand,
  'setup-python': setupPythonCommand,
  'gpu-runtime': gpuRuntimeCommand,
};
