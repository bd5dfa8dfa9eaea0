"""What a training will cost, before it is paid: arithmetic, hours, dollars, and how it scales."""
