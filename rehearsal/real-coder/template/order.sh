# Leaves an order for the process that carries the server, which removes it once it is carried out. The folder comes
# by the server's own environment; the file is written whole before it has its name.
set -eu
umask 077
order="$REFBENCH_AGENTS/$WORKSPACE.$1"
printf %s "$AGENT" > "$order.new"
mv "$order.new" "$order"
tenths=0
while [ -e "$order" ]; do
  tenths=$((tenths + 1))
  if [ "$tenths" -gt 600 ] || ! kill -0 "$REFBENCH_AGENTS_KEEPER"; then
    echo "nobody carries out the order to $1 the agent" >&2
    exit 1
  fi
  sleep 0.1
done
