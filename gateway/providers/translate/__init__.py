"""Translations between wires, one file a pair: ``<client api>_<provider api>.py``. Pure."""
