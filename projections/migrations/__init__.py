"""Numbered changes of the tables, as data, and what runs and checks them."""
