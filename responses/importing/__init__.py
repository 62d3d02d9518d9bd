"""Files on their way into a matrix: handed in, read apart, looked over and mended, taken over, taken back.

``bringing`` hands a file in, ``reading`` has it read by a worker, ``mending`` changes what was understood,
``comparing`` says how it differs from what is there, ``choosing`` which of that is taken, ``committing``
writes it in one transaction and ``undoing`` takes that back.
"""
