"""What scripts/test-sam.py needs to run functions in containers beside a local stack."""
