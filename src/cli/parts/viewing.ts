import { listCommand } from '../commands/list';
import { showCommand } from '../commands/show';

export const LOOKING = {
  list: listCommand,
  show: showCommand,
};
