# The part of a load runner's start-up that every cloud shares. The lines above say user, folder, node, node_version,
# node_sha256, ready_mark, and make_user.
set -euo pipefail

# Runs at each start of the machine; only the first has something to do.
[ -e "$ready_mark" ] && exit 0

# Mirrors and the network need a moment: ten minutes in all.
patiently() {
  local attempt
  for attempt in $(seq 60); do
    "$@" && return 0
    echo "refbench: attempt $attempt of $1 failed" >&2
    sleep 10
  done
  return 1
}

# Ten thousand connections to one address: ports, files and, where the kernel follows connections, their table.
cat >/etc/sysctl.d/90-refbench.conf <<EOF
fs.file-max = 2097152
kernel.pid_max = 4194303
net.core.somaxconn = 16384
net.ipv4.ip_local_port_range = 10240 65535
EOF
# This file alone: a setting that somebody else's file gets wrong is not ours to fail by.
sysctl --quiet --load=/etc/sysctl.d/90-refbench.conf
modprobe nf_conntrack 2>/dev/null && sysctl --quiet --write net.netfilter.nf_conntrack_max=262144 || true
cat >/etc/security/limits.d/90-refbench.conf <<EOF
$user soft nofile 1048576
$user hard nofile 1048576
EOF
# Programs of a connection that broke go on: the next one finds them.
mkdir -p /etc/systemd/logind.conf.d
printf '[Login]\nKillUserProcesses=no\n' >/etc/systemd/logind.conf.d/90-refbench.conf

# Amazon Linux may come without it.
command -v tar >/dev/null || patiently dnf install --quiet --assumeyes tar gzip

install_node() {
  local files="https://nodejs.org/dist/v$node_version"
  local archive="node-v$node_version-linux-x64.tar.gz"
  cd /var/tmp
  # A host that stands still must not take the patience of all attempts.
  curl --silent --show-error --fail --location --max-time 180 --remote-name "$files/$archive" || return 1
  echo "$node_sha256  $archive" | sha256sum --check --quiet || return 1
  local home="${node%/bin/node}"
  mkdir -p "$home"
  tar --extract --gzip --file "$archive" --directory "$home" --strip-components 1 || return 1
  rm -f "$archive"
  [ "$("$node" --version)" = "v$node_version" ]
}

patiently make_user
install --directory --owner "$user" --group "$user" --mode 700 "$folder"
patiently install_node
touch "$ready_mark"
