"""What can be proved of template.yaml without an AWS account. Run by `make check-deploy`."""
