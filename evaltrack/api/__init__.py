"""The base of the REST API. It knows no evaluation word: the storeys above bring their resources."""
