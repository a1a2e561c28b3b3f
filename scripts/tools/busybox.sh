# busybox, linked statically: the shell of the base image that scripts/base-image.sh makes.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have busybox && ! ldd "$(command -v busybox)" >/dev/null 2>&1 || apt busybox-static
