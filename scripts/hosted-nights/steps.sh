# shellcheck shell=bash
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

# As step, but tries again for a minute: a cloud accepts a new identity in a policy only after some seconds.
step_with_new_identity() {
  local attempt
  for attempt in 1 2 3 4 5 6; do
    step "$@" && return
    echo "attempt $attempt of 7 failed; next in 10 seconds" >&2
    sleep 10
  done
  step "$@"
}

# Whether something exists already, by a command that reads it. Unknown on a dry run, which asks nobody.
exists() {
  [ "$DRY_RUN" = no ] && "$@" >/dev/null 2>&1
}

# Whether the whole of a value matches an expression.
matches() {
  [[ $1 =~ ^($2)$ ]]
}

# Sets OWNER_ID and REPOSITORY_ID, the numbers by which GitHub knows a repository whatever its name becomes.
read_repository_ids() {
  if [ "$DRY_RUN" = yes ]; then
    OWNER_ID=OWNER_ID REPOSITORY_ID=REPOSITORY_ID
    return
  fi
  local ids
  ids=$(gh api "repos/$1" --jq '"\(.owner.id) \(.id)"') || ids=
  matches "$ids" '[0-9]+ [0-9]+' ||
    usage "cannot read the repository $1 from GitHub: sign in by \"gh auth login\", or correct --repository"
  # shellcheck disable=SC2034 # the scripts that source this use them
  OWNER_ID=${ids% *} REPOSITORY_ID=${ids#* }
}
