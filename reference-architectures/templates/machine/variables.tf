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

variable "project" {
  type        = string
  description = "Google project of the run."
}

variable "zone" {
  type        = string
  description = "Zone of Coder's machine, and so of every workspace."
}

variable "subnetwork" {
  type        = string
  description = "The run's own subnetwork, where machines have private addresses."
}

variable "service_account" {
  type        = string
  description = "Who a workspace's machine is: an account that may do nothing."
}

variable "machine_type" {
  type        = string
  description = "Machine of a workspace."
}

variable "disk_type" {
  type        = string
  description = "Kind of the disk that a workspace's machine starts from."
  default     = "pd-balanced"
}

variable "image" {
  type        = string
  description = "One build of the system that machines start from, with a shell and curl for the agent."
}

variable "coder_ca" {
  type        = string
  description = "Certificate of the authority that Coder's own is signed by, PEM in base64; empty where Coder speaks plain HTTP, or has a public one."
  default     = ""
}
