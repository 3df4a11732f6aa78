"""What tests stand on: people, money and things of theirs, made by right commands in SQL."""
