"""Where the driver comes from."""
