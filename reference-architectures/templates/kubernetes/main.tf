# The workspace of the architectures with a cluster: one pod and, on request, one home disk. Everything that it creates
# carries the labels of the run, so that an inventory finds what a run leaves behind.

terraform {
  required_version = ">= 1.5"
  required_providers {
    coder = {
      source  = "coder/coder"
      version = "2.13.1"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "2.38.0"
    }
  }
}

# Runs inside the cluster, with the service account of Coder's pods.
provider "kubernetes" {}

provider "coder" {}

data "coder_workspace" "me" {}

data "coder_workspace_owner" "me" {}

data "coder_parameter" "home_disk_size" {
  name         = "home_disk_size"
  display_name = "Home disk size"
  description  = "GB of the home disk; 0 for none."
  type         = "number"
  default      = "10"
  mutable      = false

  validation {
    min = 0
    max = 1000
  }
}

locals {
  # Names in Kubernetes are unique in a namespace only, while a workspace's id is unique everywhere.
  name = "bench-${substr(var.bench_run, 14, 12)}-${substr(data.coder_workspace.me.id, 0, 8)}"

  has_home = data.coder_parameter.home_disk_size.value != "0"

  node_selector = { for pair in compact(split(",", var.node_selector)) : split("=", pair)[0] => split("=", pair)[1] }

  labels = {
    "app.kubernetes.io/name"       = "bench-workspace"
    "app.kubernetes.io/managed-by" = "coder"
    "bench-run"                    = var.bench_run
    "bench-env"                    = var.bench_env
    "bench-owner"                  = var.bench_owner
    "bench-expires"                = var.bench_expires
    "bench-managed"                = "coder"
  }

  # Installs Coder's certificate authority before the agent calls Coder, in a file that curl and Go both read.
  trust = var.coder_ca == "" ? "" : <<-SH
    cat /etc/ssl/certs/ca-certificates.crt >/tmp/coder-ca.pem 2>/dev/null || true
    echo ${var.coder_ca} | base64 -d >>/tmp/coder-ca.pem
    export SSL_CERT_FILE=/tmp/coder-ca.pem
  SH
}

resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}

resource "kubernetes_persistent_volume_claim_v1" "home" {
  count = local.has_home ? 1 : 0

  metadata {
    name      = "${local.name}-home"
    namespace = var.namespace
    labels    = local.labels
  }

  # The class binds a disk when its pod is scheduled, so waiting for the binding here would never end.
  wait_until_bound = false

  spec {
    access_modes       = ["ReadWriteOnce"]
    storage_class_name = var.storage_class == "" ? null : var.storage_class
    resources {
      requests = {
        storage = "${data.coder_parameter.home_disk_size.value}Gi"
      }
    }
  }
}

resource "kubernetes_pod_v1" "workspace" {
  count = data.coder_workspace.me.start_count

  metadata {
    name      = local.name
    namespace = var.namespace
    labels    = local.labels
  }

  spec {
    restart_policy                   = "Never"
    termination_grace_period_seconds = 5
    active_deadline_seconds          = local.deadline_seconds
    automount_service_account_token  = false

    node_selector = local.node_selector

    toleration {
      key      = "bench-role"
      operator = "Equal"
      value    = "workspaces"
      effect   = "NoSchedule"
    }

    security_context {
      run_as_user = 1000
      fs_group    = 1000
    }

    container {
      name  = "workspace"
      image = var.image
      # With "Always", a thousand pods behind one NAT address would exceed the registry's limit.
      image_pull_policy = "IfNotPresent"
      command           = ["sh", "-c", "${local.trust}${coder_agent.main.init_script}"]

      env {
        name  = "CODER_AGENT_TOKEN"
        value = coder_agent.main.token
      }

      resources {
        requests = {
          cpu    = var.cpu
          memory = var.memory
        }
        limits = {
          cpu    = "1"
          memory = "1Gi"
        }
      }

      dynamic "volume_mount" {
        for_each = kubernetes_persistent_volume_claim_v1.home
        content {
          name       = "home"
          mount_path = "/home/coder"
        }
      }
    }

    dynamic "volume" {
      for_each = kubernetes_persistent_volume_claim_v1.home
      content {
        name = "home"
        persistent_volume_claim {
          claim_name = volume.value.metadata[0].name
        }
      }
    }
  }

  # Hundreds of disks are attached at once, node by node, before an image is pulled. The provider's default is 5 minutes.
  timeouts {
    create = "20m"
    delete = "10m"
  }

  lifecycle {
    # The deadline counts from the pod's start, so the plan that stops a workspace must not shorten it first.
    ignore_changes = [spec[0].active_deadline_seconds]
  }
}
