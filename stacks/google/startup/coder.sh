#!/bin/bash
# Installs Coder, with Docker and Postgres if asked for, on a fresh Debian 12. All that differs between machines comes
# from the instance's metadata; the database's password from Secret Manager, by the machine's own account.
set -euo pipefail

done_mark=/var/lib/refbench-coder-installed
# Runs at each start of the machine; only the first has something to do.
[ -e "$done_mark" ] && exit 0

# Debian's own upgrades and indexes, which would run in the middle of a load. One that runs already is waited for.
systemctl mask --now apt-daily.timer apt-daily-upgrade.timer man-db.timer \
  apt-daily.service apt-daily-upgrade.service unattended-upgrades.service || true

metadata() {
  curl --silent --fail --max-time 10 --header "Metadata-Flavor: Google" \
    "http://metadata.google.internal/computeMetadata/v1/instance/$1"
}

attribute() {
  metadata "attributes/$1" || true
}

# Grants and mirrors need a moment: ten minutes in all.
patiently() {
  local attempt
  for attempt in $(seq 60); do
    "$@" && return 0
    echo "refbench: attempt $attempt of $1 failed" >&2
    sleep 10
  done
  return 1
}

version=$(attribute coder-version)
docker=$(attribute coder-docker)
secret=$(attribute coder-database-secret)
tls_secret=$(attribute coder-tls-key-secret)
access_url=$(attribute coder-access-url)
address=$(metadata network-interfaces/0/ip)

# Ten thousand connections, and hundreds of agents with their files watched.
cat >/etc/sysctl.d/90-refbench.conf <<EOF
fs.file-max = 2097152
fs.inotify.max_user_instances = 8192
fs.inotify.max_user_watches = 1048576
kernel.pid_max = 4194303
net.core.somaxconn = 16384
net.ipv4.ip_local_port_range = 10240 65535
net.ipv4.neigh.default.gc_thresh3 = 8192
EOF
# This file alone: a setting that somebody else's file gets wrong is not ours to fail by.
sysctl --quiet --load=/etc/sysctl.d/90-refbench.conf

export DEBIAN_FRONTEND=noninteractive
patiently apt-get update --quiet
patiently apt-get install --quiet --yes ca-certificates curl python3 unzip

install_coder() {
  local files="https://github.com/coder/coder/releases/download/v$version"
  local package="coder_${version}_linux_amd64.deb"
  cd /var/tmp
  curl --silent --show-error --fail --location --max-time 180 --remote-name "$files/$package" || return 1
  curl --silent --show-error --fail --location --max-time 30 --output checksums "$files/coder_${version}_checksums.txt" || return 1
  grep " \*\?$package\$" checksums | sha256sum --check --quiet || return 1
  apt-get install --quiet --yes "./$package"
}

install_docker() {
  apt-get install --quiet --yes docker.io || return 1
  mkdir -p /etc/docker
  # No proxy process for a port that nobody publishes, and no log that fills the disk.
  cat >/etc/docker/daemon.json <<EOF
{
  "userland-proxy": false,
  "log-driver": "local",
  "default-ulimits": { "nofile": { "Name": "nofile", "Soft": 65536, "Hard": 65536 } }
}
EOF
  systemctl restart docker || return 1
  usermod --append --groups docker coder || return 1
  # One bridge for all workspaces: it has room for a thousand.
  docker network inspect bench-workspaces >/dev/null 2>&1 ||
    docker network create --subnet 172.30.0.0/20 bench-workspaces || return 1
  cat >/etc/systemd/system/bench-metadata.service <<EOF
[Unit]
Description=Keeps workspaces from the machine's own credentials
After=docker.service
Requires=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/iptables -I DOCKER-USER -d 169.254.169.254 -p tcp --dport 80 -j REJECT
[Install]
WantedBy=multi-user.target
EOF
  systemctl enable --now bench-metadata || return 1
  # Once, and before any build: each of fifty builds at once would ask the registry for it.
  docker pull --quiet "$(attribute coder-workspace-image)"
}

install_postgres() {
  local major
  major=$(attribute coder-postgres-version)
  apt-get install --quiet --yes postgresql-common || return 1
  /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y || return 1
  apt-get install --quiet --yes "postgresql-$major" || return 1
  # An address for the load runner, which reads statistics. Coder uses the socket.
  cat >"/etc/postgresql/$major/main/conf.d/refbench.conf" <<EOF
listen_addresses = '$address'
shared_preload_libraries = 'pg_stat_statements'
max_connections = $(attribute coder-postgres-max-connections)
shared_buffers = $(attribute coder-postgres-shared-buffers-mib)MB
EOF
  systemctl restart "postgresql@$major-main" || return 1
  # Coder is known by its user on this machine: there is no password.
  cd /
  runuser -u postgres -- psql --quiet --command "SELECT 1 FROM pg_roles WHERE rolname = 'coder'" | grep -q "1 row" ||
    runuser -u postgres -- createuser coder || return 1
  runuser -u postgres -- psql --list | grep -q '^ coder ' || runuser -u postgres -- createdb --owner coder coder
}

# The role by which the load runner reads the database's statistics. It reads no table of Coder's, and writes nothing.
install_database_role() {
  local major password
  major=$(attribute coder-postgres-version)
  password=$(read_secret "$(attribute coder-database-role-secret)") || return 1
  cd /
  # By standard input: a process list shows arguments. The extension would keep a statement with its password.
  runuser -u postgres -- psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --dbname coder <<EOF || return 1
SET pg_stat_statements.track_utility = off;
DROP ROLE IF EXISTS refbench;
CREATE ROLE refbench LOGIN CONNECTION LIMIT 3 PASSWORD '$password' IN ROLE pg_monitor;
ALTER ROLE refbench SET default_transaction_read_only = on;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
EOF
  echo "hostssl coder refbench $(attribute coder-database-role-range) scram-sha-256" \
    >>"/etc/postgresql/$major/main/pg_hba.conf" || return 1
  systemctl reload "postgresql@$major-main"
}

# Figures of this machine for the load runner: Debian's exporter, and beside it the control group of Coder.
install_figures() {
  local texts=/var/lib/prometheus/node-exporter
  apt-get install --quiet --yes --no-install-recommends prometheus-node-exporter || return 1
  mkdir -p "$texts" || return 1
  attribute coder-figures >/usr/local/sbin/refbench-figures || return 1
  chmod 755 /usr/local/sbin/refbench-figures || return 1
  cat >/etc/systemd/system/refbench-figures.service <<EOF || return 1
[Unit]
Description=Figures of Coder's control group
[Service]
ExecStart=/usr/local/sbin/refbench-figures /sys/fs/cgroup/system.slice/coder.service $texts
Restart=always
RestartSec=5
[Install]
WantedBy=multi-user.target
EOF
  local collectors=(cpu meminfo netdev pressure diskstats textfile)
  local flags="--collector.disable-defaults ${collectors[*]/#/--collector.} --collector.textfile.directory=$texts"
  echo "ARGS=\"--web.listen-address=$address:9100 $flags\"" >/etc/default/prometheus-node-exporter || return 1
  systemctl daemon-reload || return 1
  systemctl enable --now refbench-figures || return 1
  systemctl restart prometheus-node-exporter
}

read_secret() {
  local token
  token=$(metadata service-accounts/default/token |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])') || return 1
  # By standard input: a process list shows arguments.
  printf 'Authorization: Bearer %s' "$token" |
    curl --silent --show-error --fail --max-time 30 --header @- "https://secretmanager.googleapis.com/v1/$1:access" |
    python3 -c 'import base64, json, sys; print(base64.b64decode(json.load(sys.stdin)["payload"]["data"]).decode())'
}

install_certificate() {
  install --owner coder --group coder --mode 600 /dev/null /etc/coder.d/tls.key || return 1
  read_secret "$tls_secret" >/etc/coder.d/tls.key || return 1
  attribute coder-tls-certificate >/etc/coder.d/tls.crt || return 1
  # Coder looks at its own access URL too.
  attribute coder-tls-ca >/usr/local/share/ca-certificates/bench-coder.crt || return 1
  update-ca-certificates
}

# Before Coder starts: without it each of its daemons would download the providers within the measured builds.
install_providers() {
  local folder
  folder=$(attribute coder-provider-folder)
  mkdir -p "$folder" || return 1
  # One argument for each provider.
  # shellcheck disable=SC2046
  sh -c "$(attribute coder-provider-mirror)" provider-mirror "$folder" $(attribute coder-providers)
}

# External provisioners: one process for each build at once, with the resources of one.
install_provisioners() {
  local key number
  if [ -n "$(attribute coder-tls-ca)" ]; then
    attribute coder-tls-ca >/usr/local/share/ca-certificates/bench-coder.crt || return 1
    update-ca-certificates || return 1
  fi
  key=$(read_secret "$(attribute coder-provisioner-key-secret)") || return 1
  install --mode 600 /dev/null /etc/coder.d/provisioner.env || return 1
  {
    attribute coder-env
    echo
    echo "CODER_PROVISIONER_DAEMON_KEY=$key"
  } >/etc/coder.d/provisioner.env || return 1
  cat >/etc/systemd/system/coder-provisioner@.service <<EOF || return 1
[Unit]
Description=External provisioner %i of Coder
After=network-online.target
StartLimitIntervalSec=0
[Service]
User=coder
EnvironmentFile=/etc/coder.d/provisioner.env
Environment=CODER_PROVISIONER_DAEMON_NAME=%H-%i CODER_CACHE_DIRECTORY=/var/cache/coder-provisioner-%i
CacheDirectory=coder-provisioner-%i
ExecStart=/usr/bin/coder provisioner start
CPUQuota=$(attribute coder-provisioner-cpu-percent)%
MemoryMax=$(attribute coder-provisioner-memory-mib)M
Restart=always
RestartSec=5
[Install]
WantedBy=multi-user.target
EOF
  systemctl daemon-reload || return 1
  for number in $(seq "$(attribute coder-provisioners)"); do
    systemctl enable --now "coder-provisioner@$number" || return 1
  done
}

patiently install_coder
[ -n "$(attribute coder-providers)" ] && patiently install_providers
# Such a machine has neither a server nor a database.
if [ -n "$(attribute coder-provisioners)" ]; then
  patiently install_provisioners
  touch "$done_mark"
  exit 0
fi
[ "$docker" = true ] && patiently install_docker
if [ -n "$secret" ]; then
  database=$(patiently read_secret "$secret")
else
  patiently install_postgres
  database="postgres:///coder?host=/var/run/postgresql&user=coder&sslmode=disable"
  patiently install_database_role || echo "refbench: the database's figures cannot be read" >&2
fi
# Before Coder starts, so that it disturbs no load. Coder starts without figures, too.
install_figures || install_figures || echo "refbench: this machine's figures cannot be read" >&2

[ -n "$tls_secret" ] && patiently install_certificate

install --mode 600 /dev/null /etc/coder.d/coder.env
{
  attribute coder-env
  echo
  echo "CODER_ACCESS_URL=${access_url:-http://$address:7080}"
  echo "CODER_PG_CONNECTION_URL=$database"
} >/etc/coder.d/coder.env

mkdir -p /etc/systemd/system/coder.service.d
cat >/etc/systemd/system/coder.service.d/refbench.conf <<EOF
[Unit]
StartLimitIntervalSec=0
[Service]
LimitNOFILE=1048576
Restart=always
RestartSec=5
EOF
systemctl daemon-reload
systemctl enable --now coder
touch "$done_mark"
