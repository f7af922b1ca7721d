# A load runner on AWS: Amazon Linux 2023. Its user is made here; its host keys go to the console, where whoever may
# see the instance reads them. public_key and end are from the lines above; end is empty when nothing ends it.
make_user() {
  id --user "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user" || return 1
  install --directory --owner "$user" --group "$user" --mode 700 "/home/$user/.ssh"
  printf '%s\n' "$public_key" >"/home/$user/.ssh/authorized_keys"
  chown "$user:$user" "/home/$user/.ssh/authorized_keys"
  chmod 600 "/home/$user/.ssh/authorized_keys"
}

# As cloud-init says them, but for certain, and once.
report_host_keys() {
  echo "-----BEGIN SSH HOST KEY KEYS-----"
  cat /etc/ssh/ssh_host_*_key.pub
  echo "-----END SSH HOST KEY KEYS-----"
}
report_host_keys >/dev/console

# The machine ends itself when the time has come, whoever else is dead: its stop is its end, and that of its disk.
if [ -n "$end" ]; then
  cat >/etc/systemd/system/refbench-end.service <<EOF
[Service]
Type=oneshot
ExecStart=/usr/bin/systemctl poweroff
EOF
  cat >/etc/systemd/system/refbench-end.timer <<EOF
[Timer]
OnCalendar=$(date --utc --date "@$end" '+%Y-%m-%d %H:%M:%S UTC')
Persistent=true
AccuracySec=1s
[Install]
WantedBy=timers.target
EOF
  systemctl daemon-reload
  systemctl enable --now refbench-end.timer
fi
