"""From checkpoints to model folders."""
