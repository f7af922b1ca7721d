#!/bin/sh
# Installs the reference HdrHistogram (Java, from Maven's repository as this machine's settings name it) for the tests, once.
# Prints where its jar is. Another place: REFBENCH_HDRHISTOGRAM=<jar>.
set -eu

version=2.2.2
root=$(cd "$(dirname "$0")/.." && pwd)
jar=${REFBENCH_HDRHISTOGRAM:-$root/.refbench/tools/hdrhistogram/HdrHistogram-$version.jar}

if [ ! -f "$jar" ]; then
  if [ -n "${REFBENCH_HDRHISTOGRAM:-}" ]; then
    echo "REFBENCH_HDRHISTOGRAM is $jar, which does not exist: name the jar, or unset it" >&2
    exit 1
  fi
  if ! command -v java >/dev/null || ! command -v mvn >/dev/null; then
    echo "the reference HdrHistogram needs java and mvn on PATH" >&2
    exit 1
  fi
  mvn --batch-mode --quiet org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    "-Dartifact=org.hdrhistogram:HdrHistogram:$version" "-DoutputDirectory=$(dirname "$jar")" >&2
fi
echo "$jar"
