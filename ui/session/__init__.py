"""A live run as a person steers it, without a window: settings, portraits, outputs and orders in one place."""
