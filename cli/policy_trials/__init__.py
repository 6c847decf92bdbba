"""Policies tried out without a gateway: described calls, cases with expectations, explanations, recorded decisions."""
