"""Who is who: merchants, their channels with rooms, the people who log in."""
