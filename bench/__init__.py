"""What a candidate feels of the portal's speed, measured on this machine: `make bench`."""
