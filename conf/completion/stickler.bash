# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion for bash. It asks the program itself, so it knows what the installed version knows.

# _stickler_names PROGRAM COMMAND…: what may follow, a name a line; behind an option that wants a
# value stands of what type.
_stickler_names() {
  "$@" --help 2>/dev/null | awk '
    /^[^ ].*:$/ { positionals = ($0 == "Positionals:") }
    positionals || !/^  [-a-z]/ { next }
    { sub(/^  /, ""); sub(/  .*/, "") }
    /^-/ { type = $2; sub(/[=:].*/, "", type); count = split($1, names, ",") }
    !/^-/ { type = ""; count = split($0, names, ", ") }
    { for (i = 1; i <= count; ++i) print names[i] " " type }'
}

_stickler() {
  local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[COMP_CWORD - 1]} word names commands=()
  # bash splits --option=value in three.
  if [ "$before" = "=" ]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [ "$current" = "=" ]; then before=${COMP_WORDS[COMP_CWORD - 1]} current=; fi
  names=$(_stickler_names "$program")
  for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    # Only what the program has just named is ever handed to it.
    [[ $word != -* && $'\n'$names == *$'\n'"$word "* ]] || continue
    commands+=("$word")
    names=$(_stickler_names "$program" "${commands[@]}")
  done
  COMPREPLY=()
  word=$(awk -v name="$before" '$1 == name { print $2 }' <<<"$names")
  case $word in
    TEXT | FILE | PATH | DIR)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    "")
      word=$(awk '{ print $1 }' <<<"$names")
      # Options only where there is no command to choose, or a dash asks for them.
      if [[ $current != -* ]] && grep -qv '^-' <<<"$word"; then word=$(grep -v '^-' <<<"$word"); fi
      mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
      ;;
  esac
}

complete -F _stickler stickler
