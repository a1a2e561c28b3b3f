# Docker's engine, running, for `sam local invoke`. A running one is used as it is; else, as root, Debian's is installed and
# started. The file .tools/dockerd.pid then names the engine that this started.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
ready() { have docker && docker info >/dev/null 2>&1; }
ready && exit 0
have dockerd || apt docker.io iptables
if [ "$(id -u)" != 0 ]; then
	echo "require: Docker's engine is not running or not yours to use: start it (systemctl start docker) and join the group docker" >&2
	exit 1
fi
echo "require: starting dockerd" >&2
nohup dockerd --pidfile "$tools/dockerd.pid" >"$tools/dockerd.log" 2>&1 </dev/null &
for ((tenths = 0; tenths < 600; tenths++)); do
	ready && exit 0
	kill -0 $! 2>/dev/null || break
	sleep 0.1
done
echo "require: dockerd did not start; the end of its log:" >&2
tail -n 5 "$tools/dockerd.log" >&2
exit 1
