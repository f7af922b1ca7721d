#!/usr/bin/env bash
# Runs a command with a real Kubernetes cluster for its tests, where one can be had:
#   with-cluster.sh <cluster script> <command>...
# The script's "up" prints "export KUBECONFIG=<file>", its "image <tag> <folder> <entrypoint>" gives an image to the
# cluster, and its "down" ends it. A cluster that runs already is used and not ended. Without a cluster the command
# runs without it, and stderr says what was skipped. The exit code is the command's.
set -euo pipefail
cluster=$1
shift
seconds=${CLUSTER_SECONDS:-900}
home=${CLUSTER_HOME:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/refbench-cluster}
say() { echo "tests on a real cluster: $*" >&2; }

if [ ! -x "$cluster" ]; then
  say "skipped, because $cluster does not exist"
  exec "$@"
fi

work=$(mktemp -d)
started=
child=
# Runs a program and waits in a way that signals interrupt. It inherits no lock.
attend() {
  "$@" 9>&- </dev/null &
  child=$!
  wait "$child"
}
stop() {
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
  wait || true
  exit "$1"
}
finish() {
  status=$?
  trap - EXIT
  trap '' INT TERM HUP
  if [ -n "$started" ] && ! "$cluster" down >"$work/said" 2>&1 </dev/null 9>&-; then
    say "$cluster down failed; its last words:"
    tail -n 5 "$work/said" >&2
  fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'stop 130' INT
trap 'stop 143' TERM HUP

# Only one checkout's tests use the cluster at a time, so that none ends it for another.
mkdir -p "$home"
exec 9>"$home/tests.lock"
if ! flock --wait "$seconds" 9; then
  say "skipped, because other tests used the cluster for more than $seconds s"
else
  pid=$(cat "$home/run/api.pid" 2>/dev/null || true)
  kubeconfig=
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
    # A second "up" would write its files again, at which kube-proxy ends.
    kubeconfig=$home/run/admin.kubeconfig
  else
    started=yes
    ! attend timeout --kill-after=30 "$seconds" "$cluster" up >"$work/printed" 2>"$work/said" ||
      kubeconfig=$(sed -n 's/^export KUBECONFIG=//p' "$work/printed")
  fi
  if [ -n "$kubeconfig" ]; then
    attend npm run --silent cluster-images -- --folder "$work/images" --each "$cluster image" >&2
    rm -rf "$work/images"
    export REFBENCH_TEST_KUBECONFIG=$kubeconfig REFBENCH_TEST_CONTEXT=local
  else
    say "skipped, because $cluster up failed or took more than $seconds s; its last words:"
    tail -n 5 "$work/said" >&2
  fi
fi

attend "$@"
