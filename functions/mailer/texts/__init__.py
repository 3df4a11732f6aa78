"""What messages say, a module for each language. What a language lacks is said in English."""
