"""Personal data: where they stand, who saw them, how long they are kept, and what keeps them from being erased."""
