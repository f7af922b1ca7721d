# A load runner on Google: Debian 12. Google's own agent makes the user, from the key in the instance's metadata, and
# publishes the machine's host keys as guest attributes.
# Debian's own upgrades and indexes, which would run in the middle of a load. One that runs already is waited for.
systemctl mask --now apt-daily.timer apt-daily-upgrade.timer man-db.timer \
  apt-daily.service apt-daily-upgrade.service unattended-upgrades.service || true

make_user() {
  id --user "$user" >/dev/null
}
