"""Adapters of the publishing port: Kafka, and memory for tests. One contract suite runs against both."""
