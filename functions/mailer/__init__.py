"""Messages to people by e-mail and SMS: Auth's and those of events, and what became of them."""
