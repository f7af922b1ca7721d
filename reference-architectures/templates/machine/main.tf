# The workspace of the VM reference architecture: one machine, whose disk is the home and is deleted with it.
# Everything that it creates carries the labels of the run, so that an inventory finds what a run leaves behind.

terraform {
  required_version = ">= 1.5"
  required_providers {
    coder = {
      source  = "coder/coder"
      version = "2.13.1"
    }
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
  }
}

# Uses the account of Coder's own machine, so that no key exists.
provider "google" {
  project = var.project
  zone    = var.zone
}

provider "coder" {}

data "coder_workspace" "me" {}

data "coder_workspace_owner" "me" {}

data "coder_parameter" "home_disk_size" {
  name         = "home_disk_size"
  display_name = "Disk size"
  description  = "GB of the machine's disk, which is its home too; the image needs ten."
  type         = "number"
  default      = "10"
  mutable      = false

  validation {
    min = 0
    max = 1000
  }
}

locals {
  # Names are unique in a project and zone only, while a workspace's id is unique everywhere.
  name = "bench-${substr(var.bench_run, 14, 12)}-${substr(data.coder_workspace.me.id, 0, 8)}"

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
}

resource "coder_agent" "main" {
  # The agent authenticates with the machine's identity, so that no token is in the metadata.
  auth = "google-instance-identity"
  os   = "linux"
  arch = "amd64"
}

resource "google_compute_instance" "workspace" {
  count = data.coder_workspace.me.start_count

  name         = local.name
  machine_type = var.machine_type
  labels       = local.labels

  boot_disk {
    # The disk is deleted with its machine, also when Google deletes the machine at its expiry.
    auto_delete = true
    initialize_params {
      image  = var.image
      size   = max(10, tonumber(data.coder_parameter.home_disk_size.value))
      type   = var.disk_type
      labels = local.labels
    }
  }

  # Without access_config the machine has no public address.
  network_interface {
    subnetwork = var.subnetwork
  }

  service_account {
    email  = var.service_account
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  scheduling {
    provisioning_model          = "STANDARD"
    automatic_restart           = false
    instance_termination_action = local.deadline_seconds == null ? null : "DELETE"
    dynamic "max_run_duration" {
      for_each = local.deadline_seconds == null ? [] : [local.deadline_seconds]
      content {
        seconds = max_run_duration.value
      }
    }
  }

  metadata = {
    enable-oslogin         = "TRUE"
    block-project-ssh-keys = "TRUE"
  }

  metadata_startup_script = <<-SCRIPT
    #!/bin/sh
    set -eu
    # Debian's own upgrades and indexes, which would run in the middle of a load.
    systemctl mask --now apt-daily.timer apt-daily-upgrade.timer man-db.timer || true
    id coder >/dev/null 2>&1 || useradd --create-home --shell /bin/bash coder
    # runuser keeps the environment of root, in whose home a session could not start.
    cd /home/coder
    exec runuser -u coder -- env HOME=/home/coder USER=coder LOGNAME=coder sh -c '${local.trust}${coder_agent.main.init_script}'
  SCRIPT

  lifecycle {
    # The deadline counts from the machine's start, so the plan that stops a workspace must not replace it first.
    ignore_changes = [scheduling]
  }
}
