#!/usr/bin/env bash
# Installs Debian's browser for the tests that open the published pages, if there is none and this user may install it.
set -euo pipefail

# CHROMIUM names the browser to use, and no other is tried.
if command -v "${CHROMIUM:-/usr/bin/chromium}" >/dev/null; then exit 0; fi
if [ -n "${CHROMIUM:-}" ]; then
  echo "CHROMIUM is $CHROMIUM, which is not a program: name one, or unset it for Debian's" >&2
  exit 1
fi

if ! command -v apt-get >/dev/null; then
  echo "no Chromium at /usr/bin/chromium, and no apt-get to install it with: name one in CHROMIUM" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "no Chromium at /usr/bin/chromium, and this user may not install it: name one in CHROMIUM" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium
