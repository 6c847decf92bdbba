"""The embedded stack: Kafka and the services as supervised processes on one machine."""
