#!/usr/bin/env bash
# Makes the branch that holds the nights' records: an orphan whose files git leaves as they are, since each record has a digest.
set -euo pipefail
# shellcheck source=steps.sh
. "$(dirname "$0")/steps.sh"

USAGE='usage: results-branch.sh [--remote origin] [--dry-run]   (in a clone of the repository)'
REMOTE=origin
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) DRY_RUN=yes ;;
    --remote) REMOTE=${2-} && shift ;;
    *) usage "unknown word: $1" ;;
  esac
  shift || usage "a value is missing"
done

if exists git ls-remote --exit-code "$REMOTE" refs/heads/results; then
  echo "the branch results exists at $REMOTE" >&2
  exit 0
fi
BLOB=$(printf '* -text\n' | git hash-object -w --stdin)
TREE=$(printf '100644 blob %s\t.gitattributes\n' "$BLOB" | git mktree)
COMMIT=$(git -c user.name=refbench -c user.email=refbench@users.noreply.github.com commit-tree "$TREE" -m 'Begin the results')
step git push "$REMOTE" "$COMMIT:refs/heads/results"
