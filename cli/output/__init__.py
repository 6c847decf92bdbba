"""How commands show rows and single documents: tables for people, JSON, NDJSON, CSV and YAML for programs."""
