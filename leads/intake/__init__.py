"""How leads come in and find their owner: business cards, known contacts, the pool, and what the workspace wants."""
