# checkov in .tools/checkov: apart from SAM, because the two pin different versions of the same packages.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
virtual_environment checkov
ln -sf ../checkov/bin/checkov "$tools/bin/checkov"
