"""The database itself: rules, rights and books, in transactions that are rolled back."""
