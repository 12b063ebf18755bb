"""What is known of NVIDIA's cards and drivers without either's help."""
