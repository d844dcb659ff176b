"""Calendar servers on this machine, for tests, benchmarks and demonstrations."""
