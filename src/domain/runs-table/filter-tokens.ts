/** `mark`: a parenthesis or one of the words and, or, not. */
export type Token = { readonly kind: 'word' | 'operator' | 'mark'; readonly text: string };

// A quoted text, an operator, a parenthesis, or everything up to one of those.
const PART =
  /"(?<double>[^"]*)"?|'(?<single>[^']*)'?|(?<operator>!=|>=|<=|==|[=<>~])|(?<bracket>[()])|(?<plain>[^\s"'()=<>~!]+|!)/g;
const JOINING = /^(and|or|not)$/i;

/** The words and signs of a filter; a quoted text is one word, whatever is in it. */
export function tokensOf(text: string): Token[] {
  return [...text.matchAll(PART)].map(({ groups = {} }) => tokenOf(groups));
}

function tokenOf({
  double,
  single,
  operator,
  bracket,
  plain = '',
}: Record<string, string | undefined>): Token {
  if (operator !== undefined) return { kind: 'operator', text: operator === '==' ? '=' : operator };
  if (bracket !== undefined) return { kind: 'mark', text: bracket };
  const quoted = double ?? single;
  if (quoted === undefined && JOINING.test(plain)) return { kind: 'mark', text: plain.toLowerCase() };
  return { kind: 'word', text: quoted ?? plain };
}
