# The seconds until the run of a machine expires. Terraform cannot convert a time into unix seconds, so the days since 1970
# are counted here, in years that begin in March: then a leap day is the last day of its year.

locals {
  now   = plantimestamp()
  month = (tonumber(formatdate("M", local.now)) + 9) % 12
  year  = tonumber(formatdate("YYYY", local.now)) - (local.month >= 10 ? 1 : 0)
  days = (
    365 * local.year + floor(local.year / 4) - floor(local.year / 100) + floor(local.year / 400)
    + floor((local.month * 306 + 5) / 10) + tonumber(formatdate("D", local.now)) - 1 - 719468
  )
  now_seconds = (
    local.days * 86400 + tonumber(formatdate("h", local.now)) * 3600
    + tonumber(formatdate("m", local.now)) * 60 + tonumber(formatdate("s", local.now))
  )

  # At least a minute: a drain after the expiry plans the workspaces once more before it deletes them.
  deadline_seconds = var.bench_expires == "never" ? null : max(60, tonumber(var.bench_expires) - local.now_seconds)
}
