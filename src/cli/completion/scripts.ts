/** The shells that have a script; each asks `pitwall completion words` for what may come next. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What completes pitwall in a shell, and how it gets there. An empty answer leaves the word to the shell: files. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# pitwall completion bash >> ~/.bashrc
_pitwall() {
  local IFS=$'\\n'
  COMPREPLY=($(pitwall completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o bashdefault -o default -F _pitwall pitwall
`,
  zsh: `# pitwall completion zsh >> ~/.zshrc, after compinit
_pitwall() {
  local -a found
  found=("\${(@f)$(pitwall completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[*]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _pitwall pitwall
`,
  fish: `# pitwall completion fish > ~/.config/fish/completions/pitwall.fish
function __pitwall_words
  set -l words (commandline -opc) (commandline -ct)
  pitwall completion words -- $words[2..-1] 2>/dev/null
end
complete -c pitwall -a '(__pitwall_words)'
`,
  powershell: `# pitwall completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName pitwall -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  # An empty argument does not reach a program.
  if ($word -eq '') { $words += ' ' }
  pitwall completion words '--' @words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
};
