"""JSON Schemas of every record, for readers in other languages. Generated from the models: do not edit them."""
