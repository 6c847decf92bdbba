"""Gives the measurements a Kafka node of their own."""

from support.kafka_fixtures import kafka_bootstrap, kafka_broker, topic_prefix

__all__ = ["kafka_bootstrap", "kafka_broker", "topic_prefix"]
