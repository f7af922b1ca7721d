#!/bin/sh
# Installs, once, the programs that nobody here wrote and that read refbench's exports in the tests: Apache Otava, readers
# of JUnit, OpenMetrics and OTLP (from PyPI, into a separate virtual environment), and promtool and Prometheus (Debian's).
# Prints where the virtual environment is. Another place: REFBENCH_READERS=<folder>.
set -eu

packages="apache-otava==0.8.0 junitparser==5.0.3 prometheus-client==0.26.0 opentelemetry-proto==1.45.2"
root=$(cd "$(dirname "$0")/.." && pwd)
venv=${REFBENCH_READERS:-$root/.refbench/tools/readers}
mark=$venv/.installed

if [ ! -f "$mark" ] || [ "$(cat "$mark")" != "$packages" ]; then
  rm -f "$mark"
  python3 -m venv "$venv"
  # shellcheck disable=SC2086 # one word a package
  "$venv/bin/pip" install --quiet --disable-pip-version-check $packages >&2
  # Written last: an installation that was cut short is done again.
  echo "$packages" >"$mark"
fi

# Debian's package is unpacked beside the others, so that it starts no service. Without it the tests say what they skip.
if ! command -v promtool >/dev/null && [ ! -x "$venv/prometheus/usr/bin/promtool" ]; then
  if command -v apt-get >/dev/null; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    if (cd "$work" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; }) >&2; then
      dpkg -x "$work"/prometheus_*.deb "$venv/prometheus"
    fi
  fi
fi
echo "$venv"
