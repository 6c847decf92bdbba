"""Adoption: first calls, active days, models adopted, phases reached. Decides nothing."""
