# Clang, GNUstep's Foundation and the blocks runtime: Objective-C outside Apple systems, for the Apple client.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have clang++ gnustep-config && [ -f /usr/include/Block.h ] && compgen -G '/usr/lib/gcc/*/*/include/objc/objc.h' >/dev/null ||
	apt clang libgnustep-base-dev gobjc libblocksruntime-dev
