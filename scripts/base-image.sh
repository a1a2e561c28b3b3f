#!/usr/bin/env bash
# Makes the image that `sam local` runs provided.al2023 functions in, where Amazon's is not there: `sam local` brings the
# runtime interface emulator itself, and a static bootstrap needs no more than a shell to be set up with.
# To test in Amazon's own image, pull it first: docker pull public.ecr.aws/lambda/provided:al2023-x86_64
set -euo pipefail

case $(uname -m) in
x86_64) architecture=x86_64 ;;
aarch64 | arm64) architecture=arm64 ;;
*) echo "base-image: Lambda has no processor like $(uname -m)" >&2 && exit 1 ;;
esac
image=public.ecr.aws/lambda/provided:al2023
docker image inspect "$image-$architecture" >/dev/null 2>&1 && exit 0

scripts="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
"$scripts/require.sh" busybox
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc,opt,tmp,var/task,var/runtime}
chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
for program in sh mv chmod mkdir ls cat ln rm; do ln -s busybox "$root/bin/$program"; done
printf 'root:x:0:0:root:/:/bin/sh\nsbx_user1051:x:993:990::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nsbx_user1051:x:990:\n' >"$root/etc/group"
tar -C "$root" -c . | docker import - "$image-$architecture" >/dev/null
docker tag "$image-$architecture" "$image"
echo "base-image: made $image-$architecture" >&2
