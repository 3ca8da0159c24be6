"""What callers send, as strict models: unknown fields and wrong types are refused by name, and nothing is guessed."""
