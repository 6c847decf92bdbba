"""Feeds pure folds from Kafka, exactly once: transactions, recovery, batching, ticks. Knows no business."""
