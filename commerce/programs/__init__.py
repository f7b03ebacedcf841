"""Other programs: the keys they come with, what they were answered, and the webhooks that tell them."""
