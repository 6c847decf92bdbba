"""What several suites build on: scenarios, running services, clients."""
