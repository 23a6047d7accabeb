import { listCommand } from '../commands/list';
import { showCommand } from '../commands/show';

export const VIEWING = {
  list: listCommand,
  show: showCommand,
};
