# The workspace of a rehearsal on a real Coder server: its agent is a process of this machine, started and ended by
# the process that carries the server. It asks for the same parameters as the template of the architecture rehearsed.

terraform {
  required_version = ">= 1.4"
  required_providers {
    coder = {
      source  = "coder/coder"
      version = "2.13.1"
    }
  }
}

provider "coder" {}

data "coder_workspace" "me" {}

data "coder_parameter" "home_disk_size" {
  name         = "home_disk_size"
  display_name = "Home disk size"
  description  = "GB of the home disk; 0 for none. Here the home is a folder."
  type         = "number"
  default      = "10"
  mutable      = false

  validation {
    min = 0
    max = 1000
  }
}

locals {
  labels = {
    "bench-run"     = var.bench_run
    "bench-env"     = var.bench_env
    "bench-owner"   = var.bench_owner
    "bench-expires" = var.bench_expires
    "bench-managed" = "coder"
  }
}

resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}

resource "terraform_data" "workspace" {
  count = data.coder_workspace.me.start_count

  # A provisioner that runs on destroy knows nothing but its own resource.
  input = data.coder_workspace.me.id

  provisioner "local-exec" {
    command = "sh order.sh start"
    environment = {
      WORKSPACE = self.input
      AGENT = jsonencode({
        token  = coder_agent.main.token
        labels = local.labels
      })
    }
  }

  provisioner "local-exec" {
    when    = destroy
    command = "sh order.sh stop"
    environment = {
      WORKSPACE = self.input
      AGENT     = ""
    }
  }
}
