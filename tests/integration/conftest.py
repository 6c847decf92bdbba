"""Gives the integration tests their Kafka node; how to use it is said in `support/kafka_fixtures.py`."""

from support.kafka_fixtures import freezable_broker, kafka_bootstrap, kafka_broker, own_broker, topic_prefix

__all__ = ["freezable_broker", "kafka_bootstrap", "kafka_broker", "own_broker", "topic_prefix"]
