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
