# A load runner on Google: Debian 12. Google's own agent makes the user, from the key in the instance's metadata, and
# publishes the machine's host keys as guest attributes.
make_user() {
  id --user "$user" >/dev/null
}
