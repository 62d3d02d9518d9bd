"""The export of a public evaluation register: read, compared with what is there, and brought in."""
