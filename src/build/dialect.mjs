// Words that this project once used in a sense of its own. Plain English has others: "if" for a condition, "is not a" for
// "is no", the verb for what is done. CONTRIBUTING's glossary names the term for each idea.
export const DIALECT = [
  {
    word: 'where for if',
    pattern:
      /(^|[,;:(] ?|\b(undefined|false|true|empty|nothing|absent|null|none|0|problem|line|throws|error) )where (it|there|a|an|the|one|no|none|nothing|that|they|this|its|what|all|both|neither|some)\b/i,
  },
  { word: 'is no', pattern: /\b(is|are|was|were) no (?!longer|more|other|need|such)\w+/i },
  {
    word: 'lies, stands',
    pattern: /\b(lies|stands) (in|at|on|beside|behind|there|where|aside|as|for|before)\b/i,
  },
  { word: 'told', pattern: /\b(untold|is told|are told|was told|told (once|of|by|as|in|at|to))\b/i },
  { word: 'somebody', pattern: /\b(somebody|whoever|who asks|nobody)\b/i },
];
