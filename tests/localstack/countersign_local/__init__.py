"""AWS on one machine: LocalStack without Docker, with the faults that tests ask for."""
