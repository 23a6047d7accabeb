import chinese from '../../media/l10n/bundle.l10n.zh-cn.json';
import { createTranslate, type Translate } from '../base/translate';

/** For processes without an editor. `language` as `LANG` or VS Code write it: zh-cn, zh_CN.UTF-8, en. */
export function translateFor(language: string): Translate {
  return createTranslate(/^zh([-_.]|$)/i.test(language) ? chinese : {});
}
