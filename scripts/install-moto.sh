#!/bin/sh
# Installs the AWS emulator of the tests (moto, from PyPI) into a separate virtual environment, once.
# Prints where its server is. Another place: REFBENCH_MOTO=<folder>.
set -eu

version=5.2.5
root=$(cd "$(dirname "$0")/.." && pwd)
venv=${REFBENCH_MOTO:-$root/.refbench/tools/moto}
mark=$venv/.installed

if [ ! -f "$mark" ] || [ "$(cat "$mark")" != "$version" ]; then
  rm -f "$mark"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$version" >&2
  # Written last: an installation that was cut short is done again.
  echo "$version" >"$mark"
fi
echo "$venv/bin/moto_server"
