// Words that this project once used in a sense of its own. Plain English has others: "if" for a condition, "is not a" for
// "is no", the verb for what is done. CONTRIBUTING's glossary names the term for each idea.
// "where" is a place, after a word that asks for one: "the point where", "from where", "says where".
const PLACE =
  'from|to|of|on|and|place|point|state|says?|said|shows?|knows?|knew|finds?|returns?|ends?|stays?|starts?|remembers?|expected';

const CONDITION = new RegExp(
  `(?<!\\b(?:${PLACE}) )\\bwhere (?=\\w)|(^|[.:;] )Where (it|there|a|an|the|one|no|none|nothing|that|they|this|its) `,
);

export const DIALECT = [
  { word: 'where for if', pattern: CONDITION },
  { word: 'is no', pattern: /(?<!there )\b(is|are|was|were) no (?!longer|more|other|need|such)\w+/i },
  {
    word: 'lies, stands',
    pattern: /\b(lies|stands) (in|at|on|beside|behind|there|where|aside|as|before|outside)\b/i,
  },
  {
    word: 'told',
    pattern: /\b(unreported|(is|are|was|were|be) told(?! apart| from)|told (once|of|by|as|in|at))\b/i,
  },
  { word: 'somebody', pattern: /\b(somebody|whoever|nobody)\b/i },
  { word: 'obey', pattern: /\b(obeys?|obeyed|obedience|servant)\b/i },
  { word: 'in hand', pattern: /\bin hand\b/i },
  { word: 'passed over', pattern: /\bpass(ed|es) over\b/ },
  { word: 'let go', pattern: /\b(lets? go|letting go)\b/i },
  { word: 'in flight', pattern: /\bin flight\b/i },
  { word: 'unasked', pattern: /\b(unasked|on your word|before it is paid for)\b/i },
];

/** What names of the code do not contain: the glossary has others. `knobs` of the event `hello` is a field of a file. */
const NAMES =
  /obey|obedience|servant|untold|unheard|letGo|let_go|inHand|passedOver|keptElsewhere|followedRun|(?<![a-z])(knob|growing)(?!s\b)|(?<![a-z])told(?![a-z])/i;

/** Whether a name of the code is one that the glossary replaced. */
export const isOldName = (name) => name !== 'knobs' && NAMES.test(name);

/** The first word of the dialect in a text; what is quoted as code does not count. */
export function dialectIn(text) {
  const plain = text.replaceAll(/`[^`]*`/g, '');
  return DIALECT.find(({ pattern }) => pattern.test(plain))?.word;
}
