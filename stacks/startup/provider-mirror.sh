#!/bin/sh
# Fills a folder with Terraform providers for linux_amd64, and writes the CLI configuration by which builds take them from
# there: provider-mirror.sh <folder> <namespace/type=version>… Runs in Coder's own image and on Debian: curl, sed, unzip.
# Providers lie unpacked, since Terraform links to those and would unpack an archive once for each daemon.
set -eu

mirror=$1
shift
registry=registry.terraform.io

field() {
  printf '%s' "$answer" | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"
}

# Each step ends the function by itself: "set -e" has no effect where its caller looks at the result.
add_provider() {
  source=${1%=*}
  version=${1#*=}
  folder=$mirror/$registry/$source/$version/linux_amd64
  archive=$mirror/provider.zip
  answer=$(curl --silent --show-error --fail --location --max-time 30 \
    "https://$registry/v1/providers/$source/$version/download/linux/amd64") || return 1
  curl --silent --show-error --fail --location --max-time 300 --output "$archive" "$(field download_url)" || return 1
  echo "$(field shasum)  $archive" | sha256sum -c >/dev/null || return 1
  mkdir -p "$folder" || return 1
  unzip -o -q "$archive" -d "$folder" || return 1
  rm "$archive"
}

excluded=
for provider in "$@"; do
  attempt=1
  until add_provider "$provider"; do
    [ "$attempt" -lt 5 ] || exit 1
    attempt=$((attempt + 1))
    sleep 5
  done
  excluded="$excluded${excluded:+, }\"$registry/${provider%=*}\""
done

# No build may download one of these. A template with other providers, which a person may push, still finds them.
cat >"$mirror/terraform.rc.new" <<EOF
disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = "$mirror"
    include = [$excluded]
  }
  direct {
    exclude = [$excluded]
  }
}
EOF
mv "$mirror/terraform.rc.new" "$mirror/terraform.rc"
