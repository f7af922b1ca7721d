#!/bin/sh
# Builds OpenTofu once from its Go modules, so that the tests can apply exports with it too. Takes some minutes of CPU.
# Prints the folder with `tofu`. Another folder: REFBENCH_TOFU=<folder>. Does nothing where `tofu` is on PATH.
set -eu

version=v1.12.6
# OpenTofu's own replacement of a module, which a build from elsewhere must repeat.
hcl=v2.20.2-0.20251021132045-587d123c2828
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${REFBENCH_TOFU:-$root/.refbench/tools/tofu}

if command -v tofu >/dev/null; then
  dirname "$(command -v tofu)"
  exit 0
fi
if [ ! -x "$folder/tofu" ] || [ "$(cat "$folder/.installed" 2>/dev/null)" != "$version" ]; then
  if ! command -v go >/dev/null; then
    echo "go is not on PATH: OpenTofu is built from Go modules" >&2
    exit 1
  fi
  mkdir -p "$folder"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  cat >go.mod <<EOF
module build

go 1.26

require github.com/opentofu/opentofu $version

replace github.com/hashicorp/hcl/v2 => github.com/opentofu/hcl/v2 $hcl
EOF
  printf '//go:build tools\n\npackage build\n\nimport _ "github.com/opentofu/opentofu/cmd/tofu"\n' >tools.go
  GOFLAGS=-mod=mod CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$folder/tofu" github.com/opentofu/opentofu/cmd/tofu >&2
  # Written last: a build that was cut short is done again.
  echo "$version" >"$folder/.installed"
fi
echo "$folder"
