"""Random days on both outside rails, after which all money is looked for to the last unit."""
