"""Damaged files for every reader: ``make fuzz``, which is not part of ``make test``."""
