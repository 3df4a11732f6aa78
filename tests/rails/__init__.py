"""The stand-ins for the outside behave as what they stand for."""
