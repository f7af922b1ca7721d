# Sourced by the scripts beside it: how a step is run, or only printed.

DRY_RUN=no

# Ends with what is wrong and how the script is called.
usage() {
  printf '%s\n%s\n' "$1" "$USAGE" >&2
  exit 2
}

# Runs a command after printing it; with --dry-run only prints it.
step() {
  printf '+' >&2
  printf ' %q' "$@" >&2
  printf '\n' >&2
  [ "$DRY_RUN" = yes ] || "$@" >/dev/null
}

# Whether something exists already, by a command that reads it. Unknown on a dry run, which asks nobody.
exists() {
  [ "$DRY_RUN" = no ] && "$@" >/dev/null 2>&1
}

# Whether a value is written as it must be.
matches() {
  printf '%s' "$1" | grep -Eqx "$2"
}
