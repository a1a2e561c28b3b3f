# The SAM command line, with cfn-lint, moto's server, boto3 and websockets beside it, in .tools/sam.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
virtual_environment sam
for program in sam cfn-lint moto_server; do ln -sf "../sam/bin/$program" "$tools/bin/$program"; done
