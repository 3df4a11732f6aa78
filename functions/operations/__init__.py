"""Operations: what keeps the database in order."""
