"""Answers questions from the tables and nothing else."""
