import { channelToHost } from '../../protocol/node/transports';
import { type CountQuestion, countForPlan } from './count-for-plan';

// The thread that counts datasets for the editor: a dataset's files may be endless, and its YAML takes a second to
// parse.

channelToHost({
  handlers: {
    answer: (question) => {
      const { data, trainer, near } = question as CountQuestion;
      return countForPlan(data, trainer, near);
    },
  },
});
