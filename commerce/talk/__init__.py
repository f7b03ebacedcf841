"""What is said in rooms, and how order is kept there: everything that must outlive a restart."""
