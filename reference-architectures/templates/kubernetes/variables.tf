variable "bench_run" {
  type        = string
  description = "Full id of the run, on everything that a workspace creates."
}

variable "bench_env" {
  type        = string
  description = "Name of the reference architecture."
}

variable "bench_owner" {
  type        = string
  description = "Who answers for the run."
}

variable "bench_expires" {
  type        = string
  description = "When the run's resources may be removed, in unix seconds; \"never\" for an environment made by hand."
}

variable "namespace" {
  type        = string
  description = "Namespace of workspaces."
}

variable "storage_class" {
  type        = string
  description = "Class of home disks; made by the stack, with the run's labels on its disks. Empty for the cluster's default."
  default     = "bench-home"
}

variable "node_selector" {
  type        = string
  description = "Labels of the nodes of workspaces, as key=value with commas between them. Empty for all nodes."
  default     = "bench-role-workspaces=true"
}

variable "image" {
  type        = string
  description = "What a workspace runs: small, with a shell and one of curl or wget for the agent."
  default     = "docker.io/codercom/enterprise-minimal:ubuntu-20251117"
}

variable "cpu" {
  type    = string
  default = "100m"
}

variable "memory" {
  type    = string
  default = "128Mi"
}

variable "coder_ca" {
  type        = string
  description = "Certificate of the authority that Coder's own is signed by, PEM in base64; empty where Coder speaks plain HTTP, or has a public one."
  default     = ""
}
