# The workspace of the Docker reference architecture: one container beside Coder and, on request, one volume.
# Everything that it creates carries the labels of the run, so that an inventory finds what a run leaves behind.

terraform {
  required_version = ">= 1.5"
  required_providers {
    coder = {
      source  = "coder/coder"
      version = "2.13.1"
    }
    docker = {
      source  = "kreuzwerker/docker"
      version = "3.6.2"
    }
  }
}

# Uses the socket of Coder's own machine.
provider "docker" {}

provider "coder" {}

data "coder_workspace" "me" {}

data "coder_workspace_owner" "me" {}

data "coder_parameter" "home_disk_size" {
  name         = "home_disk_size"
  display_name = "Home volume"
  description  = "0 for none; Docker holds no volume to a size, so any other number means one."
  type         = "number"
  default      = "0"
  mutable      = false

  validation {
    min = 0
    max = 1000
  }
}

locals {
  # Names in Docker are unique on a machine only, while a workspace's id is unique everywhere.
  name = "bench-${substr(var.bench_run, 14, 12)}-${substr(data.coder_workspace.me.id, 0, 8)}"

  has_home = data.coder_parameter.home_disk_size.value != "0"

  labels = {
    "bench-run"     = var.bench_run
    "bench-env"     = var.bench_env
    "bench-owner"   = var.bench_owner
    "bench-expires" = var.bench_expires
    "bench-managed" = "coder"
  }

  # Installs Coder's certificate authority before the agent calls Coder, in a file that curl and Go both read.
  trust = var.coder_ca == "" ? "" : <<-SH
    cat /etc/ssl/certs/ca-certificates.crt >/tmp/coder-ca.pem 2>/dev/null || true
    echo ${var.coder_ca} | base64 -d >>/tmp/coder-ca.pem
    export SSL_CERT_FILE=/tmp/coder-ca.pem
  SH

  # Docker has no deadline for containers, so the first process of a container ends it.
  agent   = ["sh", "-c", "${local.trust}${coder_agent.main.init_script}"]
  command = local.deadline_seconds == null ? local.agent : concat(["timeout", tostring(local.deadline_seconds)], local.agent)
}

resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}

resource "docker_volume" "home" {
  count = local.has_home ? 1 : 0

  name = "${local.name}-home"

  dynamic "labels" {
    for_each = local.labels
    content {
      label = labels.key
      value = labels.value
    }
  }
}

resource "docker_container" "workspace" {
  count = data.coder_workspace.me.start_count

  name       = local.name
  image      = var.image
  user       = "1000"
  entrypoint = local.command
  env        = ["CODER_AGENT_TOKEN=${coder_agent.main.token}"]
  # A workspace that ended is not restarted, and none of its ports is published.
  restart  = "no"
  must_run = false

  # A thousandth of a core is a share of 1.024. Unused time of other containers may be used.
  cpu_shares = ceil(tonumber(trimsuffix(var.cpu, "m")) * 1.024)
  memory     = 1024

  networks_advanced {
    name = var.network
  }

  dynamic "labels" {
    for_each = local.labels
    content {
      label = labels.key
      value = labels.value
    }
  }

  dynamic "volumes" {
    for_each = docker_volume.home
    content {
      volume_name    = volumes.value.name
      container_path = "/home/coder"
    }
  }

  lifecycle {
    # The deadline counts from the container's start, so the plan that stops a workspace must not replace it first.
    ignore_changes = [entrypoint]
  }
}
