"""Apache Kafka as one local KRaft node: its jars, its settings, its process."""
